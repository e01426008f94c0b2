/** A new person, and the invitation that goes with it. */
import { MultiSelect, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { email } from '@sallyport/protocol'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { adminLists } from '../change/plan.ts'
import { fullName, useReadable } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { needed } from '../parts/validation.ts'
import type { Invitation } from './invitation-dialog.tsx'

interface NewUserDialogProps {
  readonly onClose: () => void
  /** The invitation is null when the person was made, and the invitation was not: it can be made again from the panel. */
  readonly onMade: (user: string, invitation: Invitation | null) => void
}

export const NewUserDialog = ({ onClose, onMade }: NewUserDialogProps) => {
  const roles = useReadable('listRoles', 'roles.read').items
  const create = useChange('createUser', adminLists)
  const invite = useChange('createInvitation')
  const form = useForm({
    initialValues: { email: '', firstName: '', lastName: '', roles: [] as string[] },
    validate: {
      email: (value) => (email.safeParse(value.trim()).success ? null : text('users.emailError')),
      firstName: needed,
      lastName: needed,
    },
  })
  const make = async (body: typeof form.values): Promise<void> => {
    const user = await create.mutateAsync({ body: { ...body, email: body.email.trim() } })
    const made = await invite.mutateAsync({ parameters: { user: user.id } }).catch(() => null)
    onMade(user.id, made && { ...made, name: fullName(user) })
  }
  const submit = form.onSubmit((values) => void make(values).catch(() => {}))
  return (
    <FormDialog
      opened
      title={text('users.addTitle')}
      submit={text('users.add')}
      busy={create.isPending || invite.isPending}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput label={text('users.email')} type="email" data-autofocus {...form.getInputProps('email')} />
      <TextInput label={text('users.firstName')} maxLength={120} {...form.getInputProps('firstName')} />
      <TextInput label={text('users.lastName')} maxLength={120} {...form.getInputProps('lastName')} />
      {roles.length > 0 ? (
        <MultiSelect
          label={text('users.roles')}
          description={text('users.rolesHint')}
          data={roles.map(({ id, name }) => ({ value: id, label: name }))}
          searchable
          {...form.getInputProps('roles')}
        />
      ) : null}
      <p className="muted">{text('users.addNote')}</p>
    </FormDialog>
  )
}
