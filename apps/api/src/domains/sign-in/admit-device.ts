/** Whether somebody who proved who they are may sign in on this device. */
import { assertNever, type ErrorCode } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlert } from '../alerts/index.ts'
import { recordAudit } from '../audit/index.ts'
import { type Device, compareFingerprints, findDeviceOfUser, insertDevice, lockDevice, updateDevice } from '../devices/index.ts'
import { endSessions } from '../sessions/index.ts'
import type { Enrolment } from './enrolment.ts'

/** A refusal changes things, too (a device is enrolled, sessions end): it is returned, so that the transaction is committed. */
export type Admission =
  | { readonly device: Device; readonly refused: null }
  | { readonly device: Device; readonly refused: ErrorCode }

export interface DeviceArrival extends Pick<Enrolment, 'deviceKey' | 'fingerprint' | 'facts' | 'now'> {
  readonly organization: string
  readonly user: string
  readonly actor: AuditActor
  /** What a device that was never seen becomes. */
  readonly newDevice: 'active' | 'pending'
  /** What becomes of one that waits for approval: who proves more than a password lets it in. */
  readonly waiting: 'let-in' | 'keep-waiting'
}

const enrol = async (transaction: Transaction, arrival: DeviceArrival): Promise<Admission> => {
  const { organization, user, facts, fingerprint, actor, newDevice: status } = arrival
  const device = await insertDevice(transaction, {
    user,
    publicKey: arrival.deviceKey,
    status,
    facts,
    fingerprint,
    now: new Date(arrival.now),
  })
  await recordAudit(transaction, {
    type: 'device.enrolled',
    actor: { ...actor, device: device.id },
    subject: { kind: 'device', id: device.id },
    details: { user, status, facts },
  })
  const message = status === 'pending' ? 'A new device waits for approval.' : 'A new device was enrolled.'
  await raiseAlert(transaction, { organization, kind: 'new-device', user, device: device.id, message, actor })
  return { device, refused: status === 'pending' ? 'device_not_approved' : null }
}

export interface FingerprintCheck extends Pick<DeviceArrival, 'organization' | 'fingerprint' | 'actor' | 'now'> {
  readonly device: Device
}

/**
 * Compares with the machine that was enrolled. Drift is stored and recorded. False for another machine: the device's sessions
 * are ended and it waits for approval, in this transaction, which must be committed.
 */
export const checkFingerprint = async (transaction: Transaction, check: FingerprintCheck): Promise<boolean> => {
  const { organization, device, fingerprint, actor, now } = check
  const change = compareFingerprints(device.fingerprint, fingerprint)
  switch (change.kind) {
    case 'same':
      return true
    case 'drift':
      await updateDevice(transaction, device.id, { fingerprint })
      await recordAudit(transaction, {
        type: 'device.drifted',
        actor,
        subject: { kind: 'device', id: device.id },
        details: { parts: [...change.parts] },
      })
      return true
    case 'different':
      await updateDevice(transaction, device.id, { fingerprint, status: 'pending' })
      await endSessions(transaction, {
        organization,
        scope: { device: device.id },
        status: 'revoked',
        code: 'fingerprint_changed',
        now,
      })
      await raiseAlert(transaction, {
        organization,
        kind: 'fingerprint-changed',
        user: device.user,
        device: device.id,
        message: `The key of this device was used on another machine (${change.parts.join(', ')} differ). It waits for approval.`,
        actor,
      })
      return false
    default:
      return assertNever(change)
  }
}

export const admitDevice = async (transaction: Transaction, arrival: DeviceArrival): Promise<Admission> => {
  const known = await findDeviceOfUser(transaction, arrival.user, arrival.deviceKey)
  if (known === null) return enrol(transaction, arrival)
  const device = (await lockDevice(transaction, known.id)) ?? known
  if (device.status === 'revoked') return { device, refused: 'device_revoked' }
  if (device.status === 'pending' && arrival.waiting === 'keep-waiting') {
    // What waits for approval is the machine of who knows the password, not one on which the device's key turned up.
    await updateDevice(transaction, device.id, { fingerprint: arrival.fingerprint })
    return { device, refused: 'device_not_approved' }
  }
  if (!(await checkFingerprint(transaction, { ...arrival, device }))) return { device, refused: 'fingerprint_changed' }
  return { device, refused: null }
}
