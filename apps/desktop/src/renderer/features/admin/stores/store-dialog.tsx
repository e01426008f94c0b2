/** A new third-party store: where it is, and whom it believes. */
import { NativeSelect, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { StoreKind } from '@sallyport/protocol'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import type { Store } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { SegmentsField } from '../parts/segments-field.tsx'
import { AwsFields, AzureFields, GoogleFields, type StoreForm, VaultFields } from './store-fields.tsx'
import { kindText } from './store-text.ts'
import { issuerOf, locationOf, newStore, storeFaults, type StoreValues } from './store-values.ts'

const KINDS: readonly StoreKind[] = ['vault', 'aws', 'google', 'azure']

interface StoreDialogProps {
  readonly onClose: () => void
  readonly onMade: (store: Store) => void
}

export const StoreDialog = ({ onClose, onMade }: StoreDialogProps) => {
  const create = useChange('createStore', adminLists)
  const form = useForm<StoreValues>({ initialValues: newStore, validate: storeFaults })
  const submit = form.onSubmit((values) => {
    const name = values.name.trim()
    create.mutate(
      { body: { name, location: locationOf(values), ...issuerOf(values) } },
      {
        onSuccess: (made) => {
          toast(text('stores.doneAdd', { name }))
          onMade(made)
        },
      },
    )
  })
  return (
    <FormDialog
      opened
      title={text('stores.addTitle')}
      submit={text('stores.add')}
      width={560}
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput label={text('stores.name')} maxLength={120} data-autofocus {...form.getInputProps('name')} />
      <NativeSelect
        label={text('stores.kind')}
        data={KINDS.map((kind) => ({ value: kind, label: kindText(kind) }))}
        {...form.getInputProps('kind')}
      />
      <KindFields form={form} />
      <TextInput
        label={text('stores.issuer')}
        description={text('stores.issuerHint')}
        maxLength={512}
        spellCheck={false}
        {...form.getInputProps('issuer')}
      />
      <p className="muted">{text('stores.unchanging')}</p>
    </FormDialog>
  )
}

const KindFields = ({ form }: { readonly form: StoreForm }) => {
  switch (form.values.kind) {
    case 'vault':
      return <VaultFields form={form} trust={<TrustField form={form} />} />
    case 'aws':
      return <AwsFields form={form} />
    case 'google':
      return <GoogleFields form={form} />
    case 'azure':
      return <AzureFields form={form} />
  }
}

const TrustField = ({ form }: { readonly form: StoreForm }) => (
  <SegmentsField
    label={text('stores.trust')}
    hint={text(form.values.trust === 'gateway' ? 'stores.trustGatewayHint' : 'stores.trustTokenHint')}
    fullWidth
    data={[
      { value: 'token', label: text('stores.trustToken') },
      { value: 'gateway', label: text('stores.trustGateway') },
    ]}
    {...form.getInputProps('trust')}
  />
)
