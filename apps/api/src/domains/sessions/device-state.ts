/** What happens when a device state shows that a copy of the device exists. */
import type { DeviceState } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlert } from '../alerts/index.ts'
import { takeDeviceState } from '../devices/index.ts'
import { endSessions } from './end.ts'

export interface StateCheck {
  readonly organization: string
  readonly user: string
  readonly device: string
  /** What a message with both valid signatures brought; null before the device was given one. */
  readonly state: DeviceState | null
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Takes the device state of a message whose two signatures are valid and belong together. False: a copy exists; every session
 * of the device is revoked and an alert raised **in this transaction**, which must be committed. The caller answers
 * `device_state_stale` after that.
 */
export const checkDeviceState = async (transaction: Transaction, check: StateCheck): Promise<boolean> => {
  if (await takeDeviceState(transaction, check.device, check.state)) return true
  const { organization, user, device, actor, now } = check
  await endSessions(transaction, { organization, scope: { device }, status: 'revoked', code: 'device_state_stale', now })
  await raiseAlert(transaction, {
    organization,
    kind: 'device-cloned',
    user,
    device,
    message: 'A copy of this device was seen: it brought a state that another copy had used. Its sessions were ended.',
    actor,
  })
  return false
}
