/** A new service account: the key of a program, what it is for, and until when. */
import { Checkbox, MultiSelect, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { type ServicePurpose, servicePurposes } from '@sallyport/protocol'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import { type ServiceAccount, useReadable } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { needed } from '../parts/validation.ts'
import { publicKeyFault, publicKeyIn } from './public-key.ts'
import { purposeText } from './state.ts'

interface ServiceAccountDialogProps {
  readonly onClose: () => void
  readonly onMade: (account: ServiceAccount) => void
}

interface AccountValues {
  readonly name: string
  readonly key: string
  readonly purposes: ServicePurpose[]
  readonly roles: string[]
  readonly days: string
}

const DAY = 86_400_000
const DAYS = [7, 30, 90, 180, 365]
const MOST_ROLES = 32

export const ServiceAccountDialog = ({ onClose, onMade }: ServiceAccountDialogProps) => {
  const roles = useReadable('listRoles', 'roles.read').items
  const create = useChange('createServiceAccount', adminLists)
  const form = useForm<AccountValues>({
    initialValues: { name: '', key: '', purposes: ['audit'], roles: [], days: '90' },
    validate: {
      name: needed,
      key: (pem) => needed(pem) ?? publicKeyFault(pem),
      purposes: (purposes) => (purposes.length > 0 ? null : text('serviceAccounts.purposesError')),
    },
  })
  const submit = form.onSubmit(({ key, days, purposes, ...rest }) => {
    const name = rest.name.trim()
    const expiresAt = new Date(Date.now() + Number(days) * DAY).toISOString()
    create.mutate(
      { body: { name, publicKey: publicKeyIn(key) ?? '', purposes: [...purposes], roles: [...rest.roles], expiresAt } },
      {
        onSuccess: (made) => {
          toast(text('serviceAccounts.doneAdd', { name }))
          onMade(made)
        },
      },
    )
  })
  return (
    <FormDialog
      opened
      title={text('serviceAccounts.addTitle')}
      submit={text('serviceAccounts.add')}
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput label={text('serviceAccounts.name')} maxLength={120} data-autofocus {...form.getInputProps('name')} />
      <Textarea
        label={text('serviceAccounts.key')}
        description={text('serviceAccounts.keyHint')}
        rows={4}
        maxLength={4096}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        {...form.getInputProps('key')}
      />
      <Checkbox.Group label={text('serviceAccounts.purposes')} {...form.getInputProps('purposes')}>
        {servicePurposes.toReversed().map((purpose) => (
          <Checkbox
            key={purpose}
            mt={6}
            size="sm"
            value={purpose}
            label={purposeText(purpose)}
            {...(purpose === 'api' ? { description: text('serviceAccounts.purposeApiHint') } : {})}
          />
        ))}
      </Checkbox.Group>
      {roles.length > 0 ? (
        <MultiSelect
          label={text('serviceAccounts.roles')}
          description={text('serviceAccounts.rolesHint')}
          data={roles.map(({ id, name }) => ({ value: id, label: name }))}
          maxValues={MOST_ROLES}
          searchable
          {...form.getInputProps('roles')}
        />
      ) : null}
      <NativeSelect
        label={text('serviceAccounts.until')}
        data={DAYS.map((count) => ({ value: String(count), label: text('serviceAccounts.days', { count }) }))}
        {...form.getInputProps('days')}
      />
      <p className="muted">{text('serviceAccounts.unchanging')}</p>
    </FormDialog>
  )
}
