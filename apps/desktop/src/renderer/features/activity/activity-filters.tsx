/** The row of filters above the list. */
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import type { Names } from '../../data/names.ts'
import { text } from '../../texts/text.ts'
import { ChoiceField } from '../../ui/choice-field.tsx'
import { FilterChip } from '../../ui/filter-chip.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import type { TimeRange } from '../../ui/time-range.ts'
import { TimeRangeField } from '../../ui/time-range-field.tsx'
import type { ActivityFilter } from './filter.ts'
import { recordKinds } from './record.ts'
import { kindName } from './words.ts'

interface ActivityFiltersProps {
  readonly filter: ActivityFilter
  readonly names: Names
  /** Whether there is more than one person to choose from. */
  readonly everybody: boolean
  readonly initialRange: TimeRange
  readonly onFilter: (filter: ActivityFilter) => void
}

/** Milliseconds after the last key before the API is asked. */
const PAUSE = 250

export const ActivityFilters = ({ filter, names, everybody, initialRange, onFilter }: ActivityFiltersProps) => {
  const [typed, setTyped] = useState(filter.text)
  const set = (part: Partial<ActivityFilter>): void => onFilter({ ...filter, ...part })
  const search = useDebouncedCallback((words: string) => set({ text: words }), PAUSE)
  return (
    <>
      <SearchField
        label={text('activity.search')}
        placeholder={text('log.findWords')}
        value={typed}
        width={150}
        onChange={(value) => {
          setTyped(value)
          search(value)
        }}
      />
      <TimeRangeField initial={initialRange} onChange={(bounds) => set({ bounds })} />
      {everybody ? (
        <ChoiceField
          label={text('activity.person')}
          value={filter.user}
          options={names.all('user')}
          width={136}
          onChange={(user) => set({ user })}
        />
      ) : null}
      <ChoiceField
        label={text('activity.resource')}
        value={filter.resource}
        options={names.all('resource')}
        width={116}
        onChange={(resource) => set({ resource })}
      />
      <ChoiceField
        label={text('activity.kind')}
        value={filter.kind}
        width={92}
        options={recordKinds.map((value) => ({ value, label: kindName(value) }))}
        onChange={(kind) => set({ kind })}
      />
      <ChoiceField
        label={text('activity.outcome')}
        value={filter.outcome}
        width={96}
        options={[
          { value: 'succeeded', label: text('activity.succeeded') },
          { value: 'failed', label: text('activity.failedOnly') },
        ]}
        onChange={(outcome) => set({ outcome: outcome === 'failed' || outcome === 'succeeded' ? outcome : null })}
      />
      {filter.connection ? <FilterChip label={text('activity.ofConnection')} onRemove={() => set({ connection: null })} /> : null}
      {filter.session ? <FilterChip label={text('activity.ofSession')} onRemove={() => set({ session: null })} /> : null}
      {filter.credential ? (
        <FilterChip label={names.nameOf('credential', filter.credential)} onRemove={() => set({ credential: null })} />
      ) : null}
    </>
  )
}
