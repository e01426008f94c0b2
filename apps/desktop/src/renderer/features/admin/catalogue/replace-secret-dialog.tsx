/** A new version of a secret. */
import { useRef } from 'react'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import type { Credential, Resource } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { useTask } from '../parts/use-task.ts'
import { titleOf } from './credential-plans.ts'
import { SecretFields, type SecretReader } from './secret-fields.tsx'
import { useKeepSecret } from './use-keep-secret.ts'

interface ReplaceSecretDialogProps {
  readonly resource: Resource
  readonly credential: Credential
  readonly onClose: () => void
}

export const ReplaceSecretDialog = ({ resource, credential, onClose }: ReplaceSecretDialogProps) => {
  const reader = useRef<SecretReader>(null)
  const { error, busy, run } = useTask()
  const { replace } = useKeepSecret(resource)
  const submit = (): void => {
    const given = reader.current?.take()
    if (!given) return
    run(async () => {
      const { version } = await replace(credential.secret, { given, account: credential.userName })
      toast(text('catalogue.doneReplaceSecret', { version }))
      onClose()
    })
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
      <SecretFields reader={reader} present={credential} />
    </FormDialog>
  )
}
