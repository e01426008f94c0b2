/** A new place to which the log, or activity, is sent. What lets Sallyport in there is sealed before it leaves this window. */
import { NativeSelect, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useRef } from 'react'
import { useBridge } from '../../../bridge/bridge.ts'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { sealSinkSecret } from '../data/seal-secret.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { type FieldReader, SealedFields } from '../parts/sealed-fields.tsx'
import { useTask } from '../parts/use-task.ts'
import { FromField } from './from-field.tsx'
import { SinkFields } from './sink-fields.tsx'
import { kindText } from './sink-text.ts'
import {
  destinationOf,
  KEY_LENGTH,
  newSink,
  type PreparedSecret,
  secretFields,
  secretOf,
  sinkFaults,
  type SinkKind,
  type SinkValues,
  streamsOf,
} from './sink-values.ts'
import { StreamsField } from './streams-field.tsx'

const KINDS: readonly SinkKind[] = ['syslog', 'webhook', 'object-store', 'otlp', 'file']

export interface MadeSink {
  readonly name: string
  /** What the receiver must be told; it is shown this once. Null: nothing. */
  readonly key: string | null
}

interface SinkDialogProps {
  readonly onClose: () => void
  readonly onMade: (made: MadeSink) => void
}

export const SinkDialog = ({ onClose, onMade }: SinkDialogProps) => {
  const bridge = useBridge()
  const reader = useRef<FieldReader>(null)
  const { error, busy, run } = useTask()
  const create = useChange('createSink', ['listSinks'])
  const form = useForm<SinkValues>({ initialValues: newSink, validate: sinkFaults })
  const { kind } = form.values

  const make = async (values: SinkValues, { secret, shown }: PreparedSecret): Promise<void> => {
    const destination = destinationOf(values)
    const sealedSecret = secret === null ? null : await sealSinkSecret(bridge, destination, secret)
    const name = values.name.trim()
    await create.mutateAsync({ body: { name, destination, streams: streamsOf(values), from: values.from, sealedSecret } })
    toast(text('sinks.doneAdd', { name }))
    onMade({ name, key: shown })
  }
  const submit = form.onSubmit((values) => {
    const typed = reader.current?.take()
    if (!typed) return
    run(() => make(values, secretOf(values.kind, typed, crypto.getRandomValues(new Uint8Array(KEY_LENGTH)))))
  })
  return (
    <FormDialog
      opened
      title={text('sinks.addTitle')}
      submit={text('sinks.add')}
      width={560}
      busy={busy}
      error={error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput label={text('sinks.name')} maxLength={120} data-autofocus {...form.getInputProps('name')} />
      <NativeSelect
        label={text('sinks.kind')}
        data={KINDS.map((value) => ({ value, label: kindText(value) }))}
        {...form.getInputProps('kind')}
      />
      <SinkFields form={form} />
      <SealedFields key={kind} reader={reader} fields={secretFields[kind]} />
      {kind === 'webhook' ? <p className="muted">{text('sinks.keyNote')}</p> : null}
      {secretFields[kind].length > 0 ? <p className="muted">{text('catalogue.sealedNote')}</p> : null}
      <StreamsField {...form.getInputProps('streams')} />
      <FromField label={text('sinks.from')} {...form.getInputProps('from')} />
    </FormDialog>
  )
}
