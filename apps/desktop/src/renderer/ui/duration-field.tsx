/** How long: the usual spans up to the longest that is allowed, and that one itself. */
import { NativeSelect } from '@mantine/core'
import { timeSpan } from '../data/access-request.ts'
import { text } from '../texts/text.ts'
import { spansUpTo } from './time-spans.ts'

interface DurationFieldProps {
  /** Seconds. */
  readonly value: number | string
  readonly most: number
  readonly label?: string
  /** What was asked for: said beside its option. */
  readonly asked?: number
  /** One that is offered, too, because it is what stands now. */
  readonly also?: number
  /** Options beyond the spans, which the caller understands. */
  readonly more?: readonly { readonly value: string; readonly label: string }[]
  /** The option that was chosen, as text: seconds, or the value of one of `more`. */
  readonly onChange: (value: string) => void
}

export const DurationField = ({ value, most, label, asked, also = asked, more = [], onChange }: DurationFieldProps) => (
  <NativeSelect
    label={label ?? text('access.duration')}
    value={String(value)}
    onChange={(event) => onChange(event.currentTarget.value)}
    data={[
      ...spansUpTo(most, also).map((seconds) => ({
        value: String(seconds),
        label: seconds === asked ? text('access.optionAsked', { span: timeSpan(seconds) }) : timeSpan(seconds),
      })),
      ...more,
    ]}
  />
)
