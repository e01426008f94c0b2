/** What a sink is sent from now on. A stream that it was sent before goes on from its place, so that nothing is left out. */
import { useForm } from '@mantine/form'
import type { Sink } from '@sallyport/protocol/api'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { FromField } from './from-field.tsx'
import { type SinkValues, streamsOf } from './sink-values.ts'
import { StreamsField } from './streams-field.tsx'

type StreamValues = Pick<SinkValues, 'streams' | 'from'>

export const StreamsDialog = ({ sink, onClose }: { readonly sink: Sink; readonly onClose: () => void }) => {
  const { id, name, streams } = sink
  const change = useChange('changeSinkStreams', ['listSinks'])
  const now = streams.length > 1 ? 'both' : streams[0]!.stream
  const form = useForm<StreamValues>({ initialValues: { streams: now, from: 'now' } })
  const submit = form.onSubmit(({ from, ...values }) =>
    change.mutate(
      { parameters: { sink: id }, body: { streams: streamsOf(values), from } },
      {
        onSuccess: () => {
          toast(text('sinks.doneStreams', { name }))
          onClose()
        },
      },
    ),
  )
  return (
    <FormDialog
      opened
      title={text('sinks.streamsTitle', { name })}
      submit={text('admin.save')}
      busy={change.isPending}
      error={change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <StreamsField {...form.getInputProps('streams')} />
      <FromField label={text('sinks.newFrom')} hint={text('sinks.newFromHint')} {...form.getInputProps('from')} />
    </FormDialog>
  )
}
