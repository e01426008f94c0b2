/** Name, account, databases and port of a credential. */
import { NumberInput, Switch, TagsInput, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { ReactNode } from 'react'
import { text } from '../../../texts/text.ts'
import type { Credential } from '../data/names.ts'
import { needed, portNumber, shortName } from '../parts/validation.ts'

export type CredentialValues = Pick<Credential, 'name' | 'userName' | 'databases' | 'exclusive'> & {
  /** A text while the field is empty. */
  readonly port: number | string
}

/** `isNew`: the organization gives a port where none is said. */
export const credentialChecks = ({ isNew }: { readonly isNew: boolean }) => ({
  name: shortName,
  userName: needed,
  port: (port: number | string) => (isNew && port === '' ? null : portNumber(port)),
})

interface CredentialFieldsProps {
  readonly form: UseFormReturnType<CredentialValues>
  readonly isNew: boolean
  /** Of a new one: its secret. */
  readonly children?: ReactNode
}

export const CredentialFields = ({ form, isNew, children }: CredentialFieldsProps) => (
  <>
    <TextInput
      label={text('catalogue.credentialName')}
      description={text('catalogue.credentialNameHint')}
      maxLength={63}
      data-autofocus
      {...form.getInputProps('name')}
    />
    <TextInput label={text('catalogue.account')} maxLength={256} spellCheck={false} {...form.getInputProps('userName')} />
    {children}
    <TagsInput
      label={text('catalogue.databases')}
      description={text('catalogue.databasesHint')}
      maxTags={256}
      {...form.getInputProps('databases')}
    />
    <NumberInput
      label={text('catalogue.ownPort')}
      {...(isNew ? { description: text('catalogue.ownPortHint') } : {})}
      allowDecimal={false}
      hideControls
      {...form.getInputProps('port')}
    />
    <Switch
      label={text('catalogue.exclusive')}
      description={text('catalogue.exclusiveHint')}
      {...form.getInputProps('exclusive', { type: 'checkbox' })}
    />
  </>
)
