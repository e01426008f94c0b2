/** The names of a person. */
import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import { fullName, type User } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { needed } from '../parts/validation.ts'

/** A name gives nothing to anybody and takes nothing: it is changed without a question. */
export const EditUserDialog = ({ user, onClose }: { readonly user: User; readonly onClose: () => void }) => {
  const change = useChange('changeUser', adminLists)
  const form = useForm({
    initialValues: { firstName: user.firstName, lastName: user.lastName },
    validate: { firstName: needed, lastName: needed },
  })
  const submit = form.onSubmit((body) =>
    change.mutate(
      { parameters: { user: user.id }, body },
      {
        onSuccess: (changed) => {
          toast(text('users.doneChange', { name: fullName(changed) }))
          onClose()
        },
      },
    ),
  )
  return (
    <FormDialog
      opened
      title={text('users.editTitle', { name: fullName(user) })}
      submit={text('admin.save')}
      busy={change.isPending}
      error={change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput label={text('users.firstName')} maxLength={120} data-autofocus {...form.getInputProps('firstName')} />
      <TextInput label={text('users.lastName')} maxLength={120} {...form.getInputProps('lastName')} />
    </FormDialog>
  )
}
