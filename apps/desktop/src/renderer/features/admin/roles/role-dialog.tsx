/** Name, description and permissions of a role: of a new one, or of one that is then changed. */
import { TextInput, Textarea } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { Permission } from '@sallyport/protocol/api'
import { useState } from 'react'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists, type Plan, plan } from '../change/plan.ts'
import type { Role } from '../data/names.ts'
import { ReviewedForm } from '../parts/reviewed-form.tsx'
import { needed } from '../parts/validation.ts'
import { PermissionFields } from './permission-fields.tsx'

interface RoleDialogProps {
  /** null: a new one. */
  readonly role: Role | null
  readonly onClose: () => void
  readonly onMade?: (role: Role) => void
}

export const RoleDialog = ({ role, onClose, onMade }: RoleDialogProps) => {
  const [pending, setPending] = useState<Plan | null>(null)
  const create = useChange('createRole', adminLists)
  const form = useForm<{ name: string; description: string; permissions: Permission[] }>({
    initialValues: {
      name: role?.name ?? '',
      description: role?.description ?? '',
      permissions: [...(role?.permissions ?? [])],
    },
    validate: { name: needed },
  })
  const submit = form.onSubmit((body) => {
    const { name } = body
    if (role)
      return setPending(
        plan(
          { route: 'changeRole', input: { parameters: { role: role.id }, body }, onDone: onClose },
          {
            title: text('roles.askChange', { name: role.name }),
            confirm: text('roles.confirmChange'),
            done: text('roles.doneChange', { name }),
          },
        ),
      )
    create.mutate(
      { body },
      {
        onSuccess: (made) => {
          toast(text('roles.doneAdd', { name }))
          onClose()
          onMade?.(made)
        },
      },
    )
  })
  return (
    <ReviewedForm
      plan={pending}
      onBack={() => setPending(null)}
      title={role ? text('roles.editTitle', { name: role.name }) : text('roles.addTitle')}
      submit={text(role ? 'admin.review' : 'roles.add')}
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput label={text('roles.name')} maxLength={120} data-autofocus {...form.getInputProps('name')} />
      <Textarea label={text('roles.description')} maxLength={1000} rows={2} {...form.getInputProps('description')} />
      <PermissionFields
        value={form.values.permissions}
        onChange={(permissions) => form.setFieldValue('permissions', permissions)}
      />
    </ReviewedForm>
  )
}
