/** Device state: how a copy of a device shows itself. `spec/device-state.md` of the protocol. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type DeviceState, fromBase64url, toBase64url } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

const VALUE_BYTES = 16

/** What is kept of a device's states. Values are kept as their SHA-256. */
export interface KeptStates {
  readonly state_counter: number | null
  readonly state_hash: Uint8Array | null
  readonly state_used: boolean
  readonly previous_state_counter: number | null
  readonly previous_state_hash: Uint8Array | null
}

const hashOf = (state: DeviceState): Buffer => createHash('sha256').update(fromBase64url(state.value)).digest()

const isSame = (state: DeviceState, counter: number | null, hash: Uint8Array | null): boolean =>
  counter === state.counter && hash !== null && timingSafeEqual(hashOf(state), hash)

/** `unknown`: a copy of the device exists. null is what a device brings that was given no state yet, or lost the first answer. */
export const matchState = (kept: KeptStates, brought: DeviceState | null): 'current' | 'previous' | 'unknown' => {
  if (brought === null) {
    const neverUsed = kept.state_counter === null || (kept.state_counter === 1 && !kept.state_used)
    return neverUsed ? 'previous' : 'unknown'
  }
  if (isSame(brought, kept.state_counter, kept.state_hash)) return 'current'
  if (!kept.state_used && isSame(brought, kept.previous_state_counter, kept.previous_state_hash)) return 'previous'
  return 'unknown'
}

const readStates = (transaction: Transaction, device: string): Promise<KeptStates> =>
  transaction
    .selectFrom('devices')
    .select(['state_counter', 'state_hash', 'state_used', 'previous_state_counter', 'previous_state_hash'])
    .where('id', '=', device)
    .forUpdate()
    .executeTakeFirstOrThrow()

/**
 * Takes the state that a message with both valid signatures brought. False: a copy of the device exists, and nothing was
 * changed here. The device's row stays locked until the transaction ends.
 */
export const takeDeviceState = async (
  transaction: Transaction,
  device: string,
  brought: DeviceState | null,
): Promise<boolean> => {
  const match = matchState(await readStates(transaction, device), brought)
  if (match === 'current') {
    await transaction
      .updateTable('devices')
      .set({ state_used: true, previous_state_counter: null, previous_state_hash: null })
      .where('id', '=', device)
      .where('state_used', '=', false)
      .execute()
  }
  return match !== 'unknown'
}

/**
 * Gives the device its next state. `brought`: the state that was just taken, which stays valid until the new one is used;
 * null when the device begins anew.
 */
export const giveDeviceState = async (
  transaction: Transaction,
  device: string,
  brought: DeviceState | null,
): Promise<DeviceState> => {
  const { state_counter } = await readStates(transaction, device)
  const next = { counter: (state_counter ?? 0) + 1, value: toBase64url(randomBytes(VALUE_BYTES)) }
  await transaction
    .updateTable('devices')
    .set({
      state_counter: next.counter,
      state_hash: hashOf(next),
      state_used: false,
      previous_state_counter: brought?.counter ?? null,
      previous_state_hash: brought === null ? null : hashOf(brought),
    })
    .where('id', '=', device)
    .execute()
  return next
}
