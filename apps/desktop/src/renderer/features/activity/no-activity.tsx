/** Why the list is empty. */
import { IconActivity } from '@tabler/icons-react'
import { text } from '../../texts/text.ts'
import { NothingLeft } from '../../ui/log-list.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { type ActivityFilter, isNarrow } from './filter.ts'

interface NoActivityProps {
  readonly filter: ActivityFilter
  readonly everybody: boolean
  readonly onClear: () => void
}

export const NoActivity = ({ filter, everybody, onClear }: NoActivityProps) => {
  if (isNarrow(filter)) return <NothingLeft icon={IconActivity} onClear={onClear} />
  return (
    <EmptyState icon={IconActivity} title={text(everybody ? 'activity.emptyAll' : 'activity.emptyMine')}>
      {text(everybody ? 'activity.emptyAllText' : 'activity.emptyMineText')}
    </EmptyState>
  )
}
