/** What looked wrong in the organization of the stories. */
import type { Alert } from '../data/open-alerts.ts'
import { idOf } from './directory/ids.ts'
import { ada, id } from './people.ts'
import { STORY_NOW } from './story.ts'

const ALERT = 120
export const alertId = (number: number): string => id(ALERT, number)

const alert = (number: number, kind: Alert['kind'], part: Partial<Alert> & { readonly message: string }): Alert => ({
  id: alertId(number),
  at: new Date(Date.parse(STORY_NOW) - number * number * 420_000).toISOString(),
  kind,
  user: null,
  device: null,
  acknowledged: null,
  endedAt: null,
  ...part,
})

const GRACE = idOf.user(2)

export const someAlerts: readonly Alert[] = [
  alert(1, 'fingerprint-changed', {
    user: idOf.user(3),
    device: idOf.device(3),
    message: 'The key of this device was used on another machine (machine, disk differ). It waits for approval.',
  }),
  alert(2, 'emergency-access', {
    user: GRACE,
    message: 'Emergency access to shop/superuser was opened until 2026-11-22T14:37:00.000Z: checkout is down',
  }),
  alert(3, 'new-device', { user: GRACE, device: idOf.device(4), message: 'A new device waits for approval.' }),
  alert(4, 'sign-in-throttled', { message: 'Signing in failed many times from 198.51.100.7.' }),
  alert(5, 'kms-failing', {
    message: 'Nothing can be unlocked: The key management service refuses the vault. (kms_denied)',
  }),
  alert(6, 'activity-gap', {
    message: `Gateway ${idOf.gateway(3)} began a new stream of activity: its spool was lost, and what was in it.`,
  }),
  alert(7, 'device-cloned', {
    user: idOf.user(3),
    device: idOf.device(3),
    message: 'A copy of this device was seen: it brought a state that another copy had used. Its sessions were ended.',
  }),
  alert(8, 'recovery-code-used', { user: GRACE, device: idOf.device(2), message: 'A recovery code let this device in.' }),
  alert(9, 'review-overdue', {
    message: 'Nobody has reviewed the emergency access to ledger/read-write that was opened at 2026-11-20T08:12:00.000Z.',
  }),
]

export const supportAlert: Alert = alert(11, 'support-access', {
  user: GRACE,
  message: 'Support access is open until 2026-11-22T18:00:00.000Z.',
  acknowledged: { at: new Date(Date.parse(STORY_NOW) - 1_800_000).toISOString(), by: ada.id },
})

export const exposedAlert: Alert = alert(12, 'secret-exposed', {
  message: `Gateway ${idOf.gateway(4)} was compromised. Secrets that it opened must be replaced by hand; "sallyport admin gateways opened ${idOf.gateway(4)}" names them.`,
})

export const endedAlert: Alert = alert(10, 'kms-failing', {
  message: 'Nothing can be unlocked: The key management service refuses the vault. (kms_denied)',
  endedAt: new Date(Date.parse(STORY_NOW) - 1_800_000).toISOString(),
})

export const seenAlerts: readonly Alert[] = [
  ...someAlerts.slice(2).map((one, at) => ({
    ...one,
    id: alertId(20 + at),
    acknowledged: { at: STORY_NOW, by: ada.id },
  })),
  endedAlert,
]

export const manyAlerts = (total: number): Alert[] =>
  Array.from({ length: total }, (_, at) => ({ ...someAlerts[at % someAlerts.length]!, id: alertId(100 + at) }))
