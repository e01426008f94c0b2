/** Name, sites and address of a gateway. */
import { MultiSelect, SegmentedControl, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { text } from '../../../texts/text.ts'
import type { Site } from '../data/names.ts'
import { needed } from '../parts/validation.ts'
import { parseAddress } from './state.ts'

export interface GatewayValues {
  readonly name: string
  readonly kind: 'gateway' | 'relay'
  readonly sites: string[]
  readonly address: string
}

export const gatewayChecks = {
  name: needed,
  sites: (sites: readonly string[]) => (sites.length > 0 ? null : text('gateways.sitesError')),
  address: (address: string, { kind }: GatewayValues) =>
    kind === 'relay' || parseAddress(address) ? null : text('gateways.addressError'),
}

interface GatewayFieldsProps {
  readonly form: UseFormReturnType<GatewayValues>
  readonly sites: readonly Site[]
  /** A gateway stays what it joined as. */
  readonly isNew: boolean
}

export const GatewayFields = ({ form, sites, isNew }: GatewayFieldsProps) => (
  <>
    <TextInput
      label={text('gateways.name')}
      description={text('gateways.nameHint')}
      maxLength={120}
      data-autofocus
      {...form.getInputProps('name')}
    />
    <MultiSelect
      label={text('gateways.sites')}
      data={sites.map(({ id, name }) => ({ value: id, label: name }))}
      searchable
      nothingFoundMessage={text('admin.nothingFound')}
      {...form.getInputProps('sites')}
    />
    {sites.length === 0 ? <p className="muted">{text('gateways.noSites')}</p> : null}
    {isNew ? (
      <SegmentedControl
        aria-label={text('gateways.kind')}
        data={[
          { value: 'gateway', label: text('gateways.kindGateway') },
          { value: 'relay', label: text('gateways.kindRelay') },
        ]}
        {...form.getInputProps('kind')}
      />
    ) : null}
    {form.values.kind === 'gateway' ? (
      <TextInput
        label={text('gateways.address')}
        description={text('gateways.addressHint')}
        maxLength={262}
        spellCheck={false}
        {...form.getInputProps('address')}
      />
    ) : null}
  </>
)
