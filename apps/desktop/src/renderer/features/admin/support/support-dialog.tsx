/** Opening support access: to whom, why, for how long, and what they will see. */
import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { email } from '@sallyport/protocol'
import { type ReadPermission, readPermissions, supportPermissions } from '@sallyport/protocol/api'
import { usePermissions } from '../../../data/permissions.ts'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import { fullName } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { needed } from '../parts/validation.ts'
import { permissionAreas } from '../roles/permission-areas.ts'
import type { Invitation } from '../users/invitation-dialog.tsx'

interface SupportDialogProps {
  readonly onClose: () => void
  readonly onMade: (access: string, invitation: Invitation) => void
}

interface SupportValues {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly reason: string
  readonly minutes: string
  readonly permissions: ReadPermission[]
}

const HOUR = 60
const DAY = 24 * HOUR
const LENGTHS = [HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY]

const lengthText = (minutes: number): string =>
  minutes < DAY ? text('support.hours', { count: minutes / HOUR }) : text('support.days', { count: minutes / DAY })

/** What says more than how things are set up. */
const hints: Partial<Record<ReadPermission, 'support.activityHint' | 'support.auditHint'>> = {
  'activity.read': 'support.activityHint',
  'audit.read': 'support.auditHint',
}

export const SupportDialog = ({ onClose, onMade }: SupportDialogProps) => {
  const may = usePermissions()
  const own = readPermissions.filter((permission) => may.has(permission))
  const open = useChange('openSupportAccess', adminLists)
  const form = useForm<SupportValues>({
    initialValues: {
      email: '',
      firstName: '',
      lastName: '',
      reason: '',
      minutes: String(4 * HOUR),
      permissions: supportPermissions.filter((permission) => may.has(permission)),
    },
    validate: {
      email: (value) => (email.safeParse(value.trim()).success ? null : text('users.emailError')),
      firstName: needed,
      lastName: needed,
      reason: needed,
      permissions: (permissions) => (permissions.length > 0 ? null : text('support.permissionsError')),
    },
  })
  const submit = form.onSubmit(({ minutes, ...values }) =>
    open.mutate(
      { body: { ...values, email: values.email.trim(), minutes: Number(minutes) } },
      {
        onSuccess: ({ access, invitation, link }) => {
          const name = fullName(access)
          toast(text('support.doneAdd', { name }))
          onMade(access.id, { name, invitation, link, expiresAt: access.endsAt })
        },
      },
    ),
  )
  return (
    <FormDialog
      opened
      title={text('support.addTitle')}
      submit={text('support.add')}
      busy={open.isPending}
      error={open.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="muted">{text('support.promise')}</p>
      <TextInput label={text('support.email')} type="email" data-autofocus {...form.getInputProps('email')} />
      <TextInput label={text('users.firstName')} maxLength={120} {...form.getInputProps('firstName')} />
      <TextInput label={text('users.lastName')} maxLength={120} {...form.getInputProps('lastName')} />
      <Textarea
        label={text('support.reason')}
        description={text('support.reasonHint')}
        maxLength={1000}
        rows={2}
        {...form.getInputProps('reason')}
      />
      <NativeSelect
        label={text('support.minutes')}
        description={text('support.minutesHint')}
        data={LENGTHS.map((minutes) => ({ value: String(minutes), label: lengthText(minutes) }))}
        {...form.getInputProps('minutes')}
      />
      <Checkbox.Group
        label={text('support.permissions')}
        description={text('support.permissionsHint')}
        {...form.getInputProps('permissions')}
      >
        {permissionAreas().map(({ name, see }) => {
          const permission = own.find((each) => each === see)
          if (permission === undefined) return null
          const hint = hints[permission]
          return (
            <Checkbox
              key={permission}
              mt={6}
              size="sm"
              value={permission}
              label={name}
              {...(hint === undefined ? {} : { description: text(hint) })}
            />
          )
        })}
      </Checkbox.Group>
    </FormDialog>
  )
}
