/** The settings: for whoever may not change them, the same fields to read. */
import { Button, NumberInput, SegmentedControl } from '@mantine/core'
import { useForm, type UseFormReturnType } from '@mantine/form'
import type { Organization } from '@sallyport/protocol/api'
import { useState } from 'react'
import { text } from '../../../texts/text.ts'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan } from '../change/plan.ts'
import { SettingsGroup } from '../../../ui/settings-group.tsx'
import { RecordingFields } from '../recording/recording-fields.tsx'
import styles from './organization.module.css'
import {
  changedSettings,
  checks,
  kindFields,
  kindText,
  LIMITS,
  settingsOf,
  type SettingsValues,
  valuesOf,
} from './settings-values.ts'

interface SettingsFormProps {
  readonly organization: Organization
  readonly mayChange: boolean
}

export const SettingsForm = ({ organization, mayChange }: SettingsFormProps) => {
  const { settings, name } = organization
  const [pending, setPending] = useState<Plan | null>(null)
  const form = useForm<SettingsValues>({ initialValues: valuesOf(settings), validate: checks })
  const changed = changedSettings(settings, settingsOf(form.values, settings))
  const submit = form.onSubmit((values) => {
    const after = settingsOf(values, settings)
    const body = Object.fromEntries(changed.map((setting) => [setting.name, after[setting.name]]))
    setPending(
      plan(
        { route: 'changeSettings', input: { body } },
        {
          title: text('organization.ask', { count: changed.length, name }),
          text: changed
            .map(({ label, before, after: now }) => text('organization.fromTo', { setting: label, before, after: now }))
            .join('. '),
          confirm: text('organization.confirm'),
          done: text('organization.done'),
        },
      ),
    )
  })
  const field = (key: keyof typeof LIMITS, { label, unit }: { readonly label: string; readonly unit?: string }) => (
    <SettingsNumber form={form} name={key} label={label} unit={unit} readOnly={!mayChange} />
  )
  const minutes = text('organization.minutes')
  return (
    <form onSubmit={submit} noValidate>
      <SettingsGroup title={text('organization.sessions')} hint={text('organization.sessionsHint')}>
        {field('sessionLifetime', { label: text('organization.sessionLifetime'), unit: minutes })}
        {field('sessionIdleLimit', { label: text('organization.idleLimit'), unit: minutes })}
      </SettingsGroup>
      <SettingsGroup title={text('organization.leases')} hint={text('organization.leasesHint')}>
        {field('leaseLifetime', { label: text('organization.leaseLifetime'), unit: minutes })}
      </SettingsGroup>
      <SettingsGroup title={text('organization.devices')} hint={text('organization.devicesHint')}>
        <SegmentedControl
          aria-label={text('organization.devices')}
          readOnly={!mayChange}
          data={[
            { value: 'approve', label: text('organization.devicesApprove') },
            { value: 'allow', label: text('organization.devicesAllow') },
          ]}
          {...form.getInputProps('newDevices')}
        />
      </SettingsGroup>
      <SettingsGroup title={text('organization.ports')} hint={text('organization.portsHint')}>
        {field('firstPort', { label: text('organization.portsFirst') })}
        {field('lastPort', { label: text('organization.portsLast') })}
      </SettingsGroup>
      <SettingsGroup title={text('organization.retention')} hint={text('organization.retentionHint')}>
        {field('retention', { label: text('organization.retentionDays'), unit: text('organization.days') })}
        {kindFields.map((kind) => (
          <NumberInput
            key={kind}
            label={kindText(kind)}
            placeholder={text('organization.asOthers')}
            className={styles['number'] ?? ''}
            min={LIMITS.retention[0]}
            max={LIMITS.retention[1]}
            clampBehavior="none"
            allowDecimal={false}
            readOnly={!mayChange}
            hideControls
            suffix={` ${text('organization.days')}`}
            {...form.getInputProps(`byKind.${kind}`)}
          />
        ))}
      </SettingsGroup>
      <SettingsGroup title={text('organization.recording')} hint={text('organization.recordingHint')}>
        <RecordingFields inputProps={(key) => form.getInputProps(key)} readOnly={!mayChange} />
      </SettingsGroup>
      {mayChange ? (
        <div className={styles['actions']}>
          <Button type="submit" variant="filled" size="md" disabled={changed.length === 0}>
            {text('organization.review')}
          </Button>
          {changed.length > 0 ? (
            <Button variant="subtle" size="md" onClick={() => form.reset()}>
              {text('organization.revert')}
            </Button>
          ) : (
            <span className="muted">{text('organization.unchanged')}</span>
          )}
        </div>
      ) : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </form>
  )
}

interface SettingsNumberProps {
  readonly form: UseFormReturnType<SettingsValues>
  readonly name: keyof typeof LIMITS
  readonly label: string
  readonly unit: string | undefined
  readonly readOnly: boolean
}

const SettingsNumber = ({ form, name, label, unit, readOnly }: SettingsNumberProps) => (
  <NumberInput
    label={label}
    className={styles['number'] ?? ''}
    min={LIMITS[name][0]}
    max={LIMITS[name][1]}
    clampBehavior="none"
    readOnly={readOnly}
    hideControls
    {...(unit ? { suffix: ` ${unit}` } : {})}
    {...form.getInputProps(name)}
  />
)
