/** The fields of a resource. */
import { Checkbox, NativeSelect, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { authenticationStrength } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'
import type { Site } from '../data/names.ts'
import styles from '../parts/parts.module.css'
import { strengthText } from './endpoint-text.ts'
import { RecordingFields } from '../recording/recording-fields.tsx'
import type { ResourceValues } from './resource-values.ts'

interface ResourceFieldsProps {
  readonly form: UseFormReturnType<ResourceValues>
  readonly sites: readonly Site[]
}

const MOST_TAGS = 32
const LAST_PORT = 65_535

export const ResourceFields = ({ form, sites }: ResourceFieldsProps) => (
  <>
    <TextInput
      label={text('catalogue.name')}
      description={text('catalogue.nameHint')}
      maxLength={63}
      data-autofocus
      {...form.getInputProps('name')}
    />
    <div className={styles['pair']}>
      <TextInput
        label={text('catalogue.host')}
        description={text('catalogue.hostHint')}
        maxLength={253}
        {...form.getInputProps('host')}
      />
      <NumberInput
        label={text('catalogue.port')}
        description={'\u00a0'}
        min={1}
        max={LAST_PORT}
        allowDecimal={false}
        hideControls
        {...form.getInputProps('port')}
      />
    </div>
    <Select
      label={text('catalogue.site')}
      description={text('catalogue.siteHint')}
      data={sites.map(({ id, name }) => ({ value: id, label: name }))}
      allowDeselect={false}
      searchable
      nothingFoundMessage={text('admin.nothingFound')}
      {...form.getInputProps('site')}
    />
    {sites.length === 0 ? <p className="muted">{text('catalogue.noSites')}</p> : null}
    <TrustFields form={form} />
    <TextInput label={text('catalogue.description')} maxLength={1000} {...form.getInputProps('description')} />
    <TagsInput
      label={text('catalogue.tags')}
      description={text('catalogue.tagsHint')}
      maxTags={MOST_TAGS}
      {...form.getInputProps('tags')}
    />
    <Checkbox
      size="sm"
      label={text('catalogue.labelConnections')}
      {...form.getInputProps('labelConnections', { type: 'checkbox' })}
    />
    <Checkbox
      size="sm"
      label={text('catalogue.strictRecording')}
      {...form.getInputProps('strictRecording', { type: 'checkbox' })}
    />
    <NativeSelect
      label={text('organization.recordingOwn')}
      data={[
        { value: 'organization', label: text('organization.recordingAs') },
        { value: 'own', label: text('organization.recordingOther') },
      ]}
      {...form.getInputProps('recording')}
    />
    {form.values.recording === 'own' ? <RecordingFields inputProps={(key) => form.getInputProps(key)} /> : null}
  </>
)

const TrustFields = ({ form }: Pick<ResourceFieldsProps, 'form'>) => {
  const { trust } = form.values
  return (
    <>
      <div className={styles['half']}>
        <Select
          label={text('catalogue.trust')}
          data={[
            { value: 'system', label: text('catalogue.trustSystem') },
            { value: 'own', label: text('catalogue.trustOwn') },
            { value: 'pinned', label: text('catalogue.trustPinned') },
          ]}
          allowDeselect={false}
          {...form.getInputProps('trust')}
        />
        <Select
          label={text('catalogue.weakest')}
          data={authenticationStrength.options.map((value) => ({ value, label: strengthText(value) }))}
          allowDeselect={false}
          {...form.getInputProps('weakestAuthentication')}
        />
      </div>
      {trust === 'own' ? (
        <Textarea
          label={text('catalogue.authority')}
          rows={4}
          maxLength={64 * 1024}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          {...form.getInputProps('certificates')}
        />
      ) : null}
      {trust === 'pinned' ? (
        <TextInput
          label={text('catalogue.pin')}
          description={text('catalogue.pinHint')}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          {...form.getInputProps('pin')}
        />
      ) : (
        <TextInput
          label={text('catalogue.serverName')}
          description={text('catalogue.serverNameHint')}
          maxLength={253}
          {...form.getInputProps('serverName')}
        />
      )}
      <Checkbox
        size="sm"
        label={text('catalogue.plaintextAllowed')}
        {...form.getInputProps('plaintextAllowed', { type: 'checkbox' })}
      />
    </>
  )
}
