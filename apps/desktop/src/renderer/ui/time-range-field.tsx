/** Chooses a stretch of time: a usual one that ends now, or one of one's own. */
import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { text } from '../texts/text.ts'
import { type Bounds, boundsBetween, boundsOf, localFieldOf, type TimeRange, timeRanges } from './time-range.ts'

interface TimeRangeFieldProps {
  readonly initial: TimeRange
  readonly onChange: (bounds: Bounds) => void
}

const LABELS = {
  hour: 'log.rangeHour',
  day: 'log.rangeDay',
  week: 'log.rangeWeek',
  month: 'log.rangeMonth',
  always: 'log.rangeAlways',
  custom: 'log.rangeCustom',
} as const satisfies Readonly<Record<TimeRange, string>>

const DAY = 24 * 60 * 60 * 1000

export const TimeRangeField = ({ initial, onChange }: TimeRangeFieldProps) => {
  const [range, setRange] = useState(initial)
  const [ends, setEnds] = useState({ from: '', to: '' })
  const choose = (chosen: TimeRange): void => {
    setRange(chosen)
    if (chosen !== 'custom') return onChange(boundsOf(chosen, Date.now()))
    const from = localFieldOf(Date.now() - DAY)
    setEnds({ from, to: '' })
    onChange(boundsBetween(from, '') ?? {})
  }
  const changeEnds = (part: Partial<typeof ends>): void => {
    const next = { ...ends, ...part }
    setEnds(next)
    const bounds = boundsBetween(next.from, next.to)
    if (bounds) onChange(bounds)
  }
  const wrong = range === 'custom' && boundsBetween(ends.from, ends.to) === null
  return (
    <>
      <NativeSelect
        aria-label={text('log.range')}
        value={range}
        onChange={(event) => choose(event.currentTarget.value as TimeRange)}
        data={timeRanges.map((value) => ({ value, label: text(LABELS[value]) }))}
        style={{ width: 132, flex: 'none' }}
      />
      {range === 'custom' ? (
        <>
          <TextInput
            type="datetime-local"
            aria-label={text('log.from')}
            value={ends.from}
            error={wrong}
            onChange={(event) => changeEnds({ from: event.currentTarget.value })}
          />
          <TextInput
            type="datetime-local"
            aria-label={text('log.to')}
            value={ends.to}
            error={wrong}
            onChange={(event) => changeEnds({ to: event.currentTarget.value })}
          />
        </>
      ) : null}
    </>
  )
}
