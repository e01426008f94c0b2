/** Why the list is empty. */
import { Button } from '@mantine/core'
import { IconActivity } from '@tabler/icons-react'
import { text } from '../../texts/text.ts'
import { EmptyState } from '../../ui/states.tsx'
import { type ActivityFilter, isNarrow } from './filter.ts'

interface NoActivityProps {
  readonly filter: ActivityFilter
  readonly everybody: boolean
  readonly onClear: () => void
}

export const NoActivity = ({ filter, everybody, onClear }: NoActivityProps) => {
  if (isNarrow(filter)) {
    return (
      <EmptyState
        icon={IconActivity}
        title={text('log.nothing')}
        actions={
          <Button variant="default" onClick={onClear}>
            {text('log.clearFilters')}
          </Button>
        }
      >
        {text('log.nothingText')}
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={IconActivity} title={text(everybody ? 'activity.emptyAll' : 'activity.emptyMine')}>
      {text(everybody ? 'activity.emptyAllText' : 'activity.emptyMineText')}
    </EmptyState>
  )
}
