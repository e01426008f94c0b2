/** What lets Sallyport in at a sink is replaced: its place stays, and what is typed is sealed before it leaves this window. */
import type { Sink } from '@sallyport/protocol/api'
import { useRef } from 'react'
import { useBridge } from '../../../bridge/bridge.ts'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { sealSinkSecret } from '../data/seal-secret.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { type FieldReader, SealedFields } from '../parts/sealed-fields.tsx'
import { useTask } from '../parts/use-task.ts'
import type { MadeSink } from './sink-dialog.tsx'
import { KEY_LENGTH, type PreparedSecret, secretFields, secretOf } from './sink-values.ts'

interface SecretDialogProps {
  readonly sink: Sink
  readonly onClose: () => void
  readonly onMade: (made: MadeSink) => void
}

export const SecretDialog = ({ sink, onClose, onMade }: SecretDialogProps) => {
  const { id, name, destination } = sink
  const { kind } = destination
  const bridge = useBridge()
  const reader = useRef<FieldReader>(null)
  const { error, busy, run } = useTask()
  const change = useChange('changeSink', ['listSinks'])

  const replace = async ({ secret, shown }: PreparedSecret): Promise<void> => {
    const sealedSecret = secret === null ? null : await sealSinkSecret(bridge, destination, secret)
    await change.mutateAsync({ parameters: { sink: id }, body: { sealedSecret } })
    toast(text('sinks.doneSecret', { name }))
    onMade({ name, key: shown })
  }
  const submit = (): void => {
    const typed = reader.current?.take()
    if (!typed) return
    run(() => replace(secretOf(kind, typed, crypto.getRandomValues(new Uint8Array(KEY_LENGTH)))))
  }
  return (
    <FormDialog
      opened
      title={text('sinks.secretTitle', { name })}
      submit={text('sinks.secretSubmit')}
      width={560}
      busy={busy}
      error={error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="muted">{text('sinks.secretNote')}</p>
      <SealedFields reader={reader} fields={secretFields[kind]} focused />
      {kind === 'webhook' ? <p className="muted">{text('sinks.newKeyNote')}</p> : null}
      {secretFields[kind].length > 0 ? <p className="muted">{text('catalogue.sealedNote')}</p> : null}
    </FormDialog>
  )
}
