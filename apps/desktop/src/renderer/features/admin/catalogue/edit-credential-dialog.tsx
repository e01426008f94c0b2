/** Name, account, databases and port of a credential that is there. */
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { text } from '../../../texts/text.ts'
import { type Plan, plan } from '../change/plan.ts'
import type { Credential } from '../data/names.ts'
import { ReviewedForm } from '../parts/reviewed-form.tsx'
import { credentialChecks, CredentialFields, type CredentialValues } from './credential-fields.tsx'

interface EditCredentialDialogProps {
  readonly credential: Credential
  /** `shop · read-only`. */
  readonly title: string
  readonly onClose: () => void
}

export const EditCredentialDialog = ({ credential, title, onClose }: EditCredentialDialogProps) => {
  const [pending, setPending] = useState<Plan | null>(null)
  const { name, userName, databases, exclusive: before, port: ownPort } = credential
  const form = useForm<CredentialValues>({
    initialValues: { name, userName, databases: [...databases], port: ownPort, exclusive: before },
    validate: credentialChecks({ isNew: false }),
  })
  const submit = form.onSubmit(({ port, ...rest }) =>
    setPending(
      plan(
        {
          route: 'changeCredential',
          input: { parameters: { credential: credential.id }, body: { ...rest, port: Number(port) } },
          onDone: onClose,
        },
        {
          title: text('catalogue.askChangeCredential', { name: title }),
          text: text(rest.exclusive && !before ? 'catalogue.exclusiveText' : 'catalogue.changeCredentialText'),
          confirm: text('catalogue.confirmChangeCredential'),
          done: text('catalogue.doneChangeCredential', { name: title }),
        },
      ),
    ),
  )
  return (
    <ReviewedForm
      plan={pending}
      onBack={() => setPending(null)}
      title={text('catalogue.editCredentialTitle', { name: title })}
      submit={text('admin.review')}
      onSubmit={submit}
      onClose={onClose}
    >
      <CredentialFields form={form} isNew={false} />
    </ReviewedForm>
  )
}
