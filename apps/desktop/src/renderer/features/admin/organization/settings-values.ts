/** The settings of the organization as a form holds them, and what somebody changed. Pure. */
import { ageRecipient, defaultRecording, type RecordingPolicy } from '@sallyport/protocol'
import type { Organization } from '@sallyport/protocol/api'
import { text } from '../../../texts/text.ts'

/** Kinds of activity that go earlier are said on the command line. */
export type Settings = Omit<Organization['settings'], 'activityRetentionByKind'>

/** Number fields hold a text while they are empty. Times are minutes here. */
export interface SettingsValues {
  readonly sessionLifetime: number | string
  readonly sessionIdleLimit: number | string
  readonly leaseLifetime: number | string
  readonly newDevices: Settings['newDevices']
  readonly firstPort: number | string
  readonly lastPort: number | string
  readonly retention: number | string
  readonly keep: RecordingPolicy['keep']
  readonly binds: RecordingPolicy['binds']
  /** One a line. */
  readonly recipients: string
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

const recordingOf = ({ recording }: Settings): RecordingPolicy => recording ?? defaultRecording

export const valuesOf = (settings: Settings): SettingsValues => ({
  sessionLifetime: settings.sessionLifetime / MINUTE,
  sessionIdleLimit: settings.sessionIdleLimit / MINUTE,
  leaseLifetime: settings.leaseLifetime / MINUTE,
  newDevices: settings.newDevices,
  firstPort: settings.ports.first,
  lastPort: settings.ports.last,
  retention: settings.activityRetentionDays,
  keep: recordingOf(settings).keep,
  binds: recordingOf(settings).binds,
  recipients: recordingOf(settings).recipients.join('\n'),
})

const recipientsIn = (typed: string): string[] =>
  typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** What nobody touched stays as it was, also where nothing was said. */
const recording = ({ keep, binds, recipients }: SettingsValues, before: Settings): { recording?: RecordingPolicy } => {
  const after: RecordingPolicy = { keep, binds, recipients: recipientsIn(recipients) }
  if (JSON.stringify(after) !== JSON.stringify(recordingOf(before))) return { recording: after }
  return before.recording === undefined ? {} : { recording: before.recording }
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
  ...recording(values, before),
})

const within =
  (name: keyof typeof LIMITS) =>
  (value: number | string): string | null => {
    const [from, to] = LIMITS[name]
    const fits = typeof value === 'number' && value >= from && value <= to
    return fits ? null : text('organization.rangeError', { from, to })
  }

export const checks = {
  sessionLifetime: within('sessionLifetime'),
  sessionIdleLimit: within('sessionIdleLimit'),
  leaseLifetime: within('leaseLifetime'),
  firstPort: within('firstPort'),
  lastPort: (value: number | string, { firstPort }: SettingsValues) =>
    within('lastPort')(value) ?? (Number(firstPort) <= Number(value) ? null : text('organization.portsError')),
  retention: within('retention'),
  recipients: (typed: string, { keep }: SettingsValues) => {
    const all = recipientsIn(typed)
    if (all.some((each) => !ageRecipient.safeParse(each).success)) return text('organization.recipientsError')
    return keep !== 'api' && all.length === 0 ? text('organization.recipientsMissing') : null
  },
}

const minutes = (value: number): string => text('organization.minutesText', { count: value / MINUTE })

const PLACES = { api: 'organization.keepApi', gateway: 'organization.keepGateway', both: 'organization.keepBoth' } as const
const BINDS = { keep: 'organization.bindsKeep', hash: 'organization.bindsHash', drop: 'organization.bindsDrop' } as const

const recordingText = ({ keep, binds, recipients }: RecordingPolicy): string =>
  text('organization.recordingText', { keep: text(PLACES[keep]), binds: text(BINDS[binds]), count: recipients.length })

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
  activityRetentionDays: [
    text('organization.retention'),
    text('organization.daysText', { count: settings.activityRetentionDays }),
  ],
  recording: [text('organization.recording'), recordingText(recordingOf(settings))],
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
