/** The settings of the organization as a form holds them, and what somebody changed. Pure. */
import type { RecordingPolicy } from '@sallyport/protocol'
import type { Organization } from '@sallyport/protocol/api'
import type { TextKey } from '../../../texts/catalogue.ts'
import { text } from '../../../texts/text.ts'
import {
  isSameRecording,
  policyOf,
  recipientsFault,
  recordingIn,
  recordingText,
  recordingValues,
  type RecordingValues,
} from '../recording/recording-values.ts'

export type Settings = Organization['settings']
type ByKind = NonNullable<Settings['activityRetentionByKind']>

/** Names of fields hold no dots: a form takes them for a path. */
const KINDS = {
  query: ['query', 'organization.kindQuery'],
  transfer: ['transfer', 'organization.kindTransfer'],
  cancel: ['cancel', 'organization.kindCancel'],
  opened: ['connection.opened', 'organization.kindOpened'],
  closed: ['connection.closed', 'organization.kindClosed'],
} as const satisfies Readonly<Record<string, readonly [keyof ByKind, TextKey]>>

export type KindField = keyof typeof KINDS
export const kindFields = Object.keys(KINDS) as readonly KindField[]
export const kindText = (field: KindField): string => text(KINDS[field][1])

const perKind = <Value>(valueOf: (kind: keyof ByKind) => Value) =>
  Object.fromEntries(kindFields.map((field) => [field, valueOf(KINDS[field][0])])) as Record<KindField, Value>

/** Number fields hold a text while they are empty. Times are minutes here. */
export interface SettingsValues extends RecordingValues {
  readonly sessionLifetime: number | string
  readonly sessionIdleLimit: number | string
  readonly leaseLifetime: number | string
  readonly newDevices: Settings['newDevices']
  readonly firstPort: number | string
  readonly lastPort: number | string
  readonly retention: number | string
  /** Days of kinds that go earlier; empty: as all others. */
  readonly byKind: Readonly<Record<KindField, number | string>>
}

const MINUTE = 60

export const LIMITS = {
  sessionLifetime: [5, 1440],
  sessionIdleLimit: [5, 1440],
  leaseLifetime: [1, 60],
  firstPort: [1, 65_535],
  lastPort: [1, 65_535],
  retention: [1, 3650],
} as const

export const valuesOf = (settings: Settings): SettingsValues => ({
  sessionLifetime: settings.sessionLifetime / MINUTE,
  sessionIdleLimit: settings.sessionIdleLimit / MINUTE,
  leaseLifetime: settings.leaseLifetime / MINUTE,
  newDevices: settings.newDevices,
  firstPort: settings.ports.first,
  lastPort: settings.ports.last,
  retention: settings.activityRetentionDays,
  byKind: perKind((kind) => settings.activityRetentionByKind?.[kind] ?? ''),
  ...recordingValues(policyOf(settings.recording)),
})

/** What nobody touched stays as it was, also where nothing was said. */
const recording = (values: SettingsValues, before: Settings): { recording?: RecordingPolicy } => {
  const after = recordingIn(values)
  if (!isSameRecording(after, policyOf(before.recording))) return { recording: after }
  return before.recording === undefined ? {} : { recording: before.recording }
}

const byKind = ({ byKind: typed }: SettingsValues, before: Settings): { activityRetentionByKind?: ByKind } => {
  const said = kindFields.filter((field) => typed[field] !== '')
  if (said.length === 0 && before.activityRetentionByKind === undefined) return {}
  return { activityRetentionByKind: Object.fromEntries(said.map((field) => [KINDS[field][0], Number(typed[field])])) }
}

/** What was a whole number of minutes stays so; what was not, and was not touched, stays as it was. */
const seconds = (typed: number | string, before: number): number =>
  Number(typed) === before / MINUTE ? before : Math.round(Number(typed) * MINUTE)

export const settingsOf = (values: SettingsValues, before: Settings): Settings => ({
  sessionLifetime: seconds(values.sessionLifetime, before.sessionLifetime),
  sessionIdleLimit: seconds(values.sessionIdleLimit, before.sessionIdleLimit),
  leaseLifetime: seconds(values.leaseLifetime, before.leaseLifetime),
  newDevices: values.newDevices,
  ports: { first: Number(values.firstPort), last: Number(values.lastPort) },
  activityRetentionDays: Number(values.retention),
  ...byKind(values, before),
  ...recording(values, before),
})

const isWithin = (value: number | string, [from, to]: readonly [number, number]): boolean =>
  typeof value === 'number' && value >= from && value <= to

const within =
  (name: keyof typeof LIMITS) =>
  (value: number | string): string | null => {
    const [from, to] = LIMITS[name]
    return isWithin(value, LIMITS[name]) ? null : text('organization.rangeError', { from, to })
  }

const kindDays = (value: number | string): string | null => (value === '' ? null : within('retention')(value))

export const checks = {
  sessionLifetime: within('sessionLifetime'),
  sessionIdleLimit: within('sessionIdleLimit'),
  leaseLifetime: within('leaseLifetime'),
  firstPort: within('firstPort'),
  lastPort: (value: number | string, { firstPort }: SettingsValues) =>
    within('lastPort')(value) ?? (Number(firstPort) <= Number(value) ? null : text('organization.portsError')),
  retention: within('retention'),
  byKind: perKind(() => kindDays),
  recipients: recipientsFault,
}

const minutes = (value: number): string => text('organization.minutesText', { count: value / MINUTE })

const days = (count: number): string => text('organization.daysText', { count })

const byKindText = (said: ByKind = {}): string =>
  kindFields
    .flatMap((field) => {
      const count = said[KINDS[field][0]]
      return count === undefined ? [] : [`${kindText(field)}: ${days(count)}`]
    })
    .join(', ') || text('organization.byKindNone')

const described = (settings: Settings): Readonly<Record<keyof Settings, readonly [label: string, value: string]>> => ({
  sessionLifetime: [text('organization.sessionLifetime'), minutes(settings.sessionLifetime)],
  sessionIdleLimit: [text('organization.idleLimit'), minutes(settings.sessionIdleLimit)],
  leaseLifetime: [text('organization.leaseLifetime'), minutes(settings.leaseLifetime)],
  newDevices: [
    text('organization.devices'),
    text(settings.newDevices === 'allow' ? 'organization.devicesAllow' : 'organization.devicesApprove'),
  ],
  ports: [
    text('organization.ports'),
    text('organization.portsText', { first: String(settings.ports.first), last: String(settings.ports.last) }),
  ],
  activityRetentionDays: [text('organization.retention'), days(settings.activityRetentionDays)],
  activityRetentionByKind: [text('organization.byKind'), byKindText(settings.activityRetentionByKind)],
  recording: [text('organization.recording'), recordingText(policyOf(settings.recording))],
})

export interface ChangedSetting {
  readonly name: keyof Settings
  readonly label: string
  readonly before: string
  readonly after: string
}

/** What differs, in words. */
export const changedSettings = (before: Settings, after: Settings): readonly ChangedSetting[] => {
  const [then, now] = [described(before), described(after)]
  return (Object.keys(then) as (keyof Settings)[])
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({ name, label: then[name][0], before: then[name][1], after: now[name][1] }))
}
