/** Which streams a sink is sent: the log, activity, or both. */
import { NativeSelect, type NativeSelectProps } from '@mantine/core'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'

export const StreamsField = (props: Pick<NativeSelectProps, 'value' | 'onChange' | 'error'>) => {
  const mayReadActivity = usePermissions().has('activity.read')
  return (
    <NativeSelect
      label={text('sinks.streams')}
      description={text(mayReadActivity ? 'sinks.streamsHint' : 'sinks.streamsForbidden')}
      data={[
        { value: 'log', label: text('sinks.streamLog') },
        { value: 'activity', label: text('sinks.streamActivity'), disabled: !mayReadActivity },
        { value: 'both', label: text('sinks.streamBoth'), disabled: !mayReadActivity },
      ]}
      {...props}
    />
  )
}
