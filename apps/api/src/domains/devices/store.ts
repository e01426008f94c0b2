import { randomUUID } from 'node:crypto'
import { keyIdOf } from '@sallyport/protocol'
import type { device, deviceFacts, Fingerprint } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'

export type DeviceFacts = z.infer<typeof deviceFacts>
export type DeviceAnswer = z.infer<typeof device>

export interface Device {
  readonly id: string
  readonly user: string
  readonly status: 'pending' | 'active' | 'revoked'
  readonly facts: DeviceFacts
  readonly fingerprint: Fingerprint
  readonly enrolledAt: Date
  readonly lastSeenAt: Date | null
}

const columns = [
  'id',
  'user_id as user',
  'status',
  'facts',
  'fingerprint',
  'enrolled_at as enrolledAt',
  'last_seen_at as lastSeenAt',
] as const

const devices = (transaction: Transaction) => transaction.selectFrom('devices').select(columns)

/** Null for an id of nobody or of another organization. */
export const findDevice = async (transaction: Transaction, id: string): Promise<Device | null> =>
  (await devices(transaction).where('id', '=', id).executeTakeFirst()) ?? null

/** As {@link findDevice}; nobody else changes the device until the transaction ends. */
export const lockDevice = async (transaction: Transaction, id: string): Promise<Device | null> =>
  (await devices(transaction).where('id', '=', id).forUpdate().executeTakeFirst()) ?? null

/** The user's device with this key (SubjectPublicKeyInfo); null when it was never enrolled for them. */
export const findDeviceOfUser = async (transaction: Transaction, user: string, publicKey: Uint8Array): Promise<Device | null> =>
  (await devices(transaction)
    .where('user_id', '=', user)
    .where('key_id', '=', await keyIdOf(publicKey))
    .executeTakeFirst()) ?? null

export interface NewDevice {
  readonly user: string
  readonly publicKey: Uint8Array
  readonly status: 'pending' | 'active'
  readonly facts: DeviceFacts
  readonly fingerprint: Fingerprint
  readonly now: Date
}

export const insertDevice = async (transaction: Transaction, device: NewDevice): Promise<Device> => {
  const row = await transaction
    .insertInto('devices')
    .values({
      id: randomUUID(),
      user_id: device.user,
      key_id: await keyIdOf(device.publicKey),
      public_key: Buffer.from(device.publicKey),
      status: device.status,
      facts: JSON.stringify(device.facts),
      fingerprint: JSON.stringify(device.fingerprint),
      enrolled_at: device.now,
      last_seen_at: null,
    })
    .returning(columns)
    .executeTakeFirstOrThrow()
  return row
}

export interface DeviceUpdate {
  readonly status?: Device['status']
  readonly facts?: DeviceFacts
  readonly fingerprint?: Fingerprint
  readonly lastSeenAt?: Date
}

export const updateDevice = async (transaction: Transaction, id: string, update: DeviceUpdate): Promise<void> => {
  await transaction
    .updateTable('devices')
    .set({
      ...(update.status === undefined ? {} : { status: update.status }),
      ...(update.facts === undefined ? {} : { facts: JSON.stringify(update.facts) }),
      ...(update.fingerprint === undefined ? {} : { fingerprint: JSON.stringify(update.fingerprint) }),
      ...(update.lastSeenAt === undefined ? {} : { last_seen_at: update.lastSeenAt }),
    })
    .where('id', '=', id)
    .execute()
}

/** Devices that one person is shown of their own. */
const MOST_OF_USER = 50

/** The user's, seen last first; {@link MOST_OF_USER} at most. */
export const listDevicesOfUser = (transaction: Transaction, user: string): Promise<Device[]> =>
  devices(transaction)
    .where('user_id', '=', user)
    .where('status', '!=', 'revoked')
    .orderBy(sql`last_seen_at desc nulls last`)
    .limit(MOST_OF_USER)
    .execute()

/** By id, after `after`. */
export const listDevices = (
  transaction: Transaction,
  page: { readonly after: string | null; readonly limit: number },
): Promise<Device[]> => {
  const query = devices(transaction).orderBy('id').limit(page.limit)
  return (page.after === null ? query : query.where('id', '>', page.after)).execute()
}

export const answerOfDevice = (found: Device): DeviceAnswer => ({
  id: found.id,
  user: found.user,
  facts: found.facts,
  status: found.status,
  enrolledAt: found.enrolledAt.toISOString(),
  lastSeenAt: found.lastSeenAt?.toISOString() ?? null,
})
