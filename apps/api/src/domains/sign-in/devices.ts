/** What administrators do to devices: let one in, or shut one out for good. */
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlert } from '../alerts/index.ts'
import { recordAudit } from '../audit/index.ts'
import { type Device, lockDevice, updateDevice } from '../devices/index.ts'
import { notifyChange } from '../events/index.ts'
import { endLeasesNoLongerAllowed } from '../leases/index.ts'
import { revoke } from '../revocations/index.ts'
import { endSessions } from '../sessions/index.ts'

export interface DeviceChange {
  readonly organization: string
  readonly device: string
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

const existing = async (transaction: Transaction, id: string): Promise<Device> => {
  const device = await lockDevice(transaction, id)
  if (device === null) throw new SallyportError('not_found')
  return device
}

/** Throws `not_found`; `conflict` for a device that does not wait. */
export const approveDevice = async (transaction: Transaction, change: DeviceChange): Promise<void> => {
  const device = await existing(transaction, change.device)
  if (device.status !== 'pending') throw new SallyportError('conflict', { message: 'This device does not wait for approval.' })
  await updateDevice(transaction, device.id, { status: 'active' })
  await recordAudit(transaction, {
    type: 'device.approved',
    actor: change.actor,
    subject: { kind: 'device', id: device.id },
    details: { user: device.user },
  })
  await notifyChange(transaction, { organization: change.organization, topic: 'devices' })
}

const shutOut = async (transaction: Transaction, change: DeviceChange, device: Device): Promise<void> => {
  const { organization, actor, now } = change
  await updateDevice(transaction, device.id, { status: 'revoked' })
  const scope = { device: device.id }
  const sessions = await endSessions(transaction, { organization, scope, status: 'revoked', code: 'device_revoked', now })
  await revoke(transaction, { organization, subject: { kind: 'device', id: device.id }, code: 'device_revoked' })
  await endLeasesNoLongerAllowed(transaction, { organization, scope, now })
  await recordAudit(transaction, {
    type: 'device.revoked',
    actor,
    subject: { kind: 'device', id: device.id },
    details: { user: device.user, endedSessions: sessions.length },
  })
  await notifyChange(transaction, { organization, topic: 'devices' })
}

/** Throws `not_found`; `conflict` for a device that is revoked already. Its sessions and leases end. */
export const revokeDevice = async (transaction: Transaction, change: DeviceChange): Promise<void> => {
  const device = await existing(transaction, change.device)
  if (device.status === 'revoked') throw new SallyportError('conflict', { message: 'This device is revoked already.' })
  await shutOut(transaction, change, device)
}

/** Revokes a device of a person who says that its key is lost; nothing for one that is not theirs, or is revoked already. */
export const replaceDevice = async (
  transaction: Transaction,
  change: DeviceChange & { readonly user: string },
): Promise<void> => {
  const device = await lockDevice(transaction, change.device)
  if (device === null || device.user !== change.user || device.status === 'revoked') return
  await shutOut(transaction, change, device)
  const { organization, user, actor } = change
  const message = 'Somebody who knows the password enrols another computer in place of this one.'
  await raiseAlert(transaction, { organization, kind: 'device-replaced', user, device: device.id, message, actor })
}
