import { text } from '../../../texts/text.ts'
import { SegmentsField, type SegmentsFieldProps } from '../parts/segments-field.tsx'

/** Whether a sink is sent what is there already, or only what comes. */
export const FromField = (props: Omit<SegmentsFieldProps, 'data' | 'fullWidth'>) => (
  <SegmentsField
    fullWidth
    data={[
      { value: 'beginning', label: text('sinks.fromBeginning') },
      { value: 'now', label: text('sinks.fromNow') },
    ]}
    {...props}
  />
)
