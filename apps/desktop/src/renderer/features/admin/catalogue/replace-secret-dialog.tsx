/** A new version of a secret. */
import { useRef, useState } from 'react'
import type { Bridge } from '../../../bridge/bridge.ts'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import type { Credential, Resource } from '../data/names.ts'
import { sealSecret, type TypedSecret } from '../data/seal-secret.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { titleOf } from './credential-plans.ts'
import { SecretFields, type SecretReader } from './secret-fields.tsx'

interface ReplaceSecretDialogProps {
  readonly resource: Resource
  readonly credential: Credential
  readonly bridge: Bridge
  readonly onClose: () => void
}

export const ReplaceSecretDialog = ({ resource, credential, bridge, onClose }: ReplaceSecretDialogProps) => {
  const reader = useRef<SecretReader>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const replace = useChange('replaceSecret', adminLists)
  const store = async (typed: TypedSecret): Promise<void> => {
    const body = await sealSecret(bridge, resource, { typed, account: credential.userName })
    const { version } = await replace.mutateAsync({ parameters: { secret: credential.secret }, body })
    toast(text('catalogue.doneReplaceSecret', { version }))
    onClose()
  }
  const submit = (): void => {
    const typed = reader.current?.take()
    if (!typed) return
    setError(null)
    setBusy(true)
    store(typed)
      .catch(setError)
      .finally(() => setBusy(false))
  }
  return (
    <FormDialog
      opened
      title={text('catalogue.replaceSecretTitle', { name: titleOf(resource, credential) })}
      submit={text('catalogue.replaceSecretSubmit')}
      busy={busy}
      error={error}
      onSubmit={submit}
      onClose={onClose}
    >
      <SecretFields reader={reader} initial={credential.kind} />
    </FormDialog>
  )
}
