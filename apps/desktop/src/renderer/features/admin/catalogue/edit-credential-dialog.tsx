/** Name, account, databases and port of a credential. */
import { NumberInput, Switch, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { text } from '../../../texts/text.ts'
import { type Plan, plan } from '../change/plan.ts'
import type { Credential } from '../data/names.ts'
import { ReviewedForm } from '../parts/reviewed-form.tsx'
import { needed, portNumber, shortName } from '../parts/validation.ts'

interface EditCredentialDialogProps {
  readonly credential: Credential
  /** `shop · read-only`. */
  readonly title: string
  readonly onClose: () => void
}

export const EditCredentialDialog = ({ credential, title, onClose }: EditCredentialDialogProps) => {
  const [pending, setPending] = useState<Plan | null>(null)
  const form = useForm<Pick<Credential, 'name' | 'userName' | 'databases' | 'exclusive'> & { readonly port: number | string }>({
    initialValues: {
      name: credential.name,
      userName: credential.userName,
      databases: [...credential.databases],
      port: credential.port,
      exclusive: credential.exclusive,
    },
    validate: { name: shortName, userName: needed, port: portNumber },
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
          text: text(rest.exclusive && !credential.exclusive ? 'catalogue.exclusiveText' : 'catalogue.changeCredentialText'),
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
      <TextInput
        label={text('catalogue.credentialName')}
        description={text('catalogue.credentialNameHint')}
        maxLength={63}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TextInput label={text('catalogue.account')} maxLength={256} spellCheck={false} {...form.getInputProps('userName')} />
      <TagsInput
        label={text('catalogue.databases')}
        description={text('catalogue.databasesHint')}
        maxTags={256}
        {...form.getInputProps('databases')}
      />
      <NumberInput label={text('catalogue.ownPort')} allowDecimal={false} hideControls {...form.getInputProps('port')} />
      <Switch
        label={text('catalogue.exclusive')}
        description={text('catalogue.exclusiveHint')}
        {...form.getInputProps('exclusive', { type: 'checkbox' })}
      />
    </ReviewedForm>
  )
}
