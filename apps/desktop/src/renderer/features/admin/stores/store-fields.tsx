/** What each kind of third-party store needs to be reached. */
import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { ReactNode } from 'react'
import { text } from '../../../texts/text.ts'
import styles from '../parts/parts.module.css'
import { CLOUDS, type StoreValues, usualMount } from './store-values.ts'

export type StoreForm = UseFormReturnType<StoreValues>

interface KindFieldsProps {
  readonly form: StoreForm
}

interface LineProps extends KindFieldsProps {
  readonly name: keyof StoreValues
  readonly label: string
  readonly hint?: string
}

const MOST = 300

const Line = ({ form, name, label, hint }: LineProps) => (
  <TextInput
    label={label}
    {...(hint ? { description: hint } : {})}
    maxLength={MOST}
    spellCheck={false}
    autoComplete="off"
    {...form.getInputProps(name)}
  />
)

export const VaultFields = ({ form, trust }: KindFieldsProps & { readonly trust: ReactNode }) => (
  <>
    <Line form={form} name="address" label={text('stores.address')} hint={text('stores.addressHint')} />
    <div className={styles['half']}>
      <NativeSelect
        label={text('stores.engine')}
        data={[
          { value: 'kv', label: text('stores.engineKv') },
          { value: 'database', label: text('stores.engineDatabase') },
        ]}
        value={form.values.engine}
        onChange={({ currentTarget }) => {
          const engine = currentTarget.value === 'database' ? 'database' : 'kv'
          form.setValues({ engine, mount: usualMount[engine] })
        }}
      />
      <Line form={form} name="mount" label={text('stores.mount')} />
    </div>
    {trust}
    {form.values.trust === 'token' ? (
      <>
        <div className={styles['half']}>
          <Line form={form} name="signInRole" label={text('stores.signInRole')} />
          <Line form={form} name="signInMount" label={text('stores.signInMount')} />
        </div>
        <Line form={form} name="rotationRole" label={text('stores.rotationRole')} hint={text('stores.rotationHint')} />
        <Line form={form} name="audience" label={text('stores.audience')} hint={text('stores.audienceHint')} />
      </>
    ) : null}
    <Line form={form} name="namespace" label={text('stores.namespace')} hint={text('stores.namespaceHint')} />
    <Textarea
      label={text('stores.authority')}
      description={text('stores.authorityHint')}
      rows={3}
      maxLength={64 * 1024}
      classNames={{ input: 'mono' }}
      spellCheck={false}
      {...form.getInputProps('authority')}
    />
  </>
)

export const AwsFields = ({ form }: KindFieldsProps) => (
  <>
    <Line form={form} name="region" label={text('stores.region')} hint={text('stores.regionHint')} />
    <Line form={form} name="role" label={text('stores.role')} hint={text('stores.roleHint')} />
    <Line form={form} name="audience" label={text('stores.audience')} hint={text('stores.awsAudienceHint')} />
  </>
)

export const GoogleFields = ({ form }: KindFieldsProps) => (
  <>
    <Line form={form} name="provider" label={text('stores.provider')} hint={text('stores.providerHint')} />
    <Line form={form} name="serviceAccount" label={text('stores.serviceAccount')} hint={text('stores.serviceAccountHint')} />
  </>
)

export const AzureFields = ({ form }: KindFieldsProps) => (
  <>
    <Line form={form} name="address" label={text('stores.address')} hint={text('stores.azureAddressHint')} />
    <NativeSelect
      label={text('stores.cloud')}
      data={[
        { value: CLOUDS.global, label: text('stores.cloudGlobal') },
        { value: CLOUDS.government, label: text('stores.cloudGovernment') },
        { value: CLOUDS.china, label: text('stores.cloudChina') },
      ]}
      {...form.getInputProps('cloud')}
    />
    <Line form={form} name="tenant" label={text('stores.tenant')} />
    <Line form={form} name="client" label={text('stores.client')} hint={text('stores.clientHint')} />
    <Line form={form} name="rotationClient" label={text('stores.rotationClient')} hint={text('stores.rotationHint')} />
  </>
)
