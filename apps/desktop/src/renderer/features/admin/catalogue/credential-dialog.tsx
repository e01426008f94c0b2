/** A new credential of a resource, with its secret, which is sealed before it leaves this window, or lies in a third-party store. */
import { useForm } from '@mantine/form'
import { useRef } from 'react'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import type { Resource } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { useTask } from '../parts/use-task.ts'
import { credentialChecks, CredentialFields, type CredentialValues } from './credential-fields.tsx'
import { titleOf } from './credential-plans.ts'
import { SecretFields, type SecretReader } from './secret-fields.tsx'
import type { GivenSecret } from './secret-kinds.ts'
import { useKeepSecret } from './use-keep-secret.ts'

interface CredentialDialogProps {
  readonly resource: Resource
  readonly onClose: () => void
}

export const CredentialDialog = ({ resource, onClose }: CredentialDialogProps) => {
  const reader = useRef<SecretReader>(null)
  const { error, busy, run } = useTask()
  const { keep } = useKeepSecret(resource)
  const create = useChange('createCredential', adminLists)
  const form = useForm<CredentialValues>({
    initialValues: { name: '', userName: '', databases: [], port: '', exclusive: false },
    validate: credentialChecks({ isNew: true }),
  })
  const make = async ({ port, databases, ...rest }: CredentialValues, given: GivenSecret): Promise<void> => {
    const userName = rest.userName.trim()
    const secret = await keep({ given, account: userName })
    const own = port === '' ? {} : { port: Number(port) }
    await create.mutateAsync({
      body: { ...rest, ...own, resource: resource.id, userName, secret: secret.id, databases: [...databases] },
    })
    toast(text('catalogue.doneAddCredential', { name: titleOf(resource, rest) }))
    onClose()
  }
  const submit = form.onSubmit((values) => {
    const given = reader.current?.take()
    if (given) run(() => make(values, given))
  })
  return (
    <FormDialog
      opened
      title={text('catalogue.addCredentialTitle', { name: resource.name })}
      submit={text('catalogue.addCredential')}
      busy={busy}
      error={error}
      onSubmit={submit}
      onClose={onClose}
    >
      <CredentialFields form={form} isNew>
        <SecretFields reader={reader} />
      </CredentialFields>
    </FormDialog>
  )
}
