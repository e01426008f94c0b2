/** A new credential of a resource, with its secret, which is sealed before it leaves this window. */
import { NumberInput, Switch, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useRef, useState } from 'react'
import type { Bridge } from '../../../bridge/bridge.ts'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import type { Resource } from '../data/names.ts'
import { sealSecret, type TypedSecret } from '../data/seal-secret.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { needed, portNumber, shortName } from '../parts/validation.ts'
import { titleOf } from './credential-plans.ts'
import { SecretFields, type SecretReader } from './secret-fields.tsx'

interface CredentialDialogProps {
  readonly resource: Resource
  readonly bridge: Bridge
  readonly onClose: () => void
}

interface CredentialValues {
  readonly name: string
  readonly userName: string
  readonly databases: string[]
  readonly port: number | string
  readonly exclusive: boolean
}

export const CredentialDialog = ({ resource, bridge, onClose }: CredentialDialogProps) => {
  const reader = useRef<SecretReader>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const storeSecret = useChange('createSecret')
  const create = useChange('createCredential', adminLists)
  const form = useForm<CredentialValues>({
    initialValues: { name: '', userName: '', databases: [], port: '', exclusive: false },
    validate: { name: shortName, userName: needed, port: (port) => (port === '' ? null : portNumber(port)) },
  })
  const make = async (values: CredentialValues, typed: TypedSecret): Promise<void> => {
    const { name, databases, port, exclusive } = values
    const userName = values.userName.trim()
    const body = await sealSecret(bridge, resource, { typed, account: userName })
    const secret = await storeSecret.mutateAsync({ body })
    await create.mutateAsync({
      body: {
        resource: resource.id,
        name,
        userName,
        secret: secret.id,
        databases: [...databases],
        exclusive,
        ...(port === '' ? {} : { port: Number(port) }),
      },
    })
    toast(text('catalogue.doneAddCredential', { name: titleOf(resource, { name }) }))
    onClose()
  }
  const submit = form.onSubmit((values) => {
    const typed = reader.current?.take()
    if (!typed) return
    setError(null)
    setBusy(true)
    make(values, typed)
      .catch(setError)
      .finally(() => setBusy(false))
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
      <TextInput
        label={text('catalogue.credentialName')}
        description={text('catalogue.credentialNameHint')}
        maxLength={63}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TextInput label={text('catalogue.account')} maxLength={256} spellCheck={false} {...form.getInputProps('userName')} />
      <SecretFields reader={reader} />
      <TagsInput
        label={text('catalogue.databases')}
        description={text('catalogue.databasesHint')}
        maxTags={256}
        {...form.getInputProps('databases')}
      />
      <NumberInput
        label={text('catalogue.ownPort')}
        description={text('catalogue.ownPortHint')}
        allowDecimal={false}
        hideControls
        {...form.getInputProps('port')}
      />
      <Switch
        label={text('catalogue.exclusive')}
        description={text('catalogue.exclusiveHint')}
        {...form.getInputProps('exclusive', { type: 'checkbox' })}
      />
    </FormDialog>
  )
}
