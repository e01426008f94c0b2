import { randomUUID } from 'node:crypto'
import { keyIdOf } from '@sallyport/protocol'
import type { device, Fingerprint } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import { type DeviceFacts, type DevicePersonal, openDevices, sealDevice } from './personal.ts'

export type DeviceAnswer = z.infer<typeof device>

export interface Device extends DevicePersonal {
  readonly id: string
  readonly user: string
  readonly status: 'pending' | 'active' | 'revoked'
  readonly enrolledAt: Date
  readonly lastSeenAt: Date | null
}

const columns = [
  'id',
  'user_id as user',
  'status',
  'platform',
  'key_storage as keyStorage',
  'personal',
  'enrolled_at as enrolledAt',
  'last_seen_at as lastSeenAt',
] as const

const devices = (transaction: Transaction) => transaction.selectFrom('devices').select(columns)

type Row = Awaited<ReturnType<ReturnType<typeof devices>['executeTakeFirstOrThrow']>>

const deviceOfRow = async (transaction: Transaction, row: Row | undefined): Promise<Device | null> =>
  row === undefined ? null : (await openDevices(transaction, [row]))[0]!

/** Null for an id of nobody or of another organization. */
export const findDevice = async (transaction: Transaction, id: string): Promise<Device | null> =>
  deviceOfRow(transaction, await devices(transaction).where('id', '=', id).executeTakeFirst())

/** As {@link findDevice}; nobody else changes the device until the transaction ends. */
export const lockDevice = async (transaction: Transaction, id: string): Promise<Device | null> =>
  deviceOfRow(transaction, await devices(transaction).where('id', '=', id).forUpdate().executeTakeFirst())

/** The user's device with this key (SubjectPublicKeyInfo); null when it was never enrolled for them. */
export const findDeviceOfUser = async (transaction: Transaction, user: string, publicKey: Uint8Array): Promise<Device | null> => {
  const keyId = await keyIdOf(publicKey)
  const row = await devices(transaction).where('user_id', '=', user).where('key_id', '=', keyId).executeTakeFirst()
  return deviceOfRow(transaction, row)
}

export interface NewDevice extends DevicePersonal {
  readonly user: string
  readonly publicKey: Uint8Array
  readonly status: 'pending' | 'active'
  readonly now: Date
}

export const insertDevice = async (transaction: Transaction, device: NewDevice): Promise<Device> => {
  const { user, status, facts, fingerprint, now } = device
  const id = randomUUID()
  await transaction
    .insertInto('devices')
    .values({
      id,
      user_id: user,
      key_id: await keyIdOf(device.publicKey),
      public_key: Buffer.from(device.publicKey),
      status,
      ...(await sealDevice(transaction, { id, user }, device)),
      enrolled_at: now,
      last_seen_at: null,
    })
    .execute()
  return { id, user, status, facts, fingerprint, enrolledAt: now, lastSeenAt: null }
}

export interface DeviceUpdate {
  readonly status?: Device['status']
  readonly facts?: DeviceFacts
  readonly fingerprint?: Fingerprint
  readonly lastSeenAt?: Date
}

/** Facts and fingerprint are one value: of the two, what is absent stays. */
const personalUpdate = async (transaction: Transaction, id: string, { facts, fingerprint }: DeviceUpdate) => {
  if (facts === undefined && fingerprint === undefined) return {}
  const device = await lockDevice(transaction, id)
  if (device === null) return {}
  const changed = { facts: facts ?? device.facts, fingerprint: fingerprint ?? device.fingerprint }
  return sealDevice(transaction, device, changed)
}

export const updateDevice = async (transaction: Transaction, id: string, update: DeviceUpdate): Promise<void> => {
  await transaction
    .updateTable('devices')
    .set({
      ...(update.status === undefined ? {} : { status: update.status }),
      ...(await personalUpdate(transaction, id, update)),
      ...(update.lastSeenAt === undefined ? {} : { last_seen_at: update.lastSeenAt }),
    })
    .where('id', '=', id)
    .execute()
}

/** Devices that one person is shown of their own. */
const MOST_OF_USER = 50

/** The user's, seen last first; {@link MOST_OF_USER} at most. */
export const listDevicesOfUser = async (transaction: Transaction, user: string): Promise<Device[]> => {
  const rows = await devices(transaction)
    .where('user_id', '=', user)
    .where('status', '!=', 'revoked')
    .orderBy(sql`last_seen_at desc nulls last`)
    .orderBy('id')
    .limit(MOST_OF_USER)
    .execute()
  return openDevices(transaction, rows)
}

/** By id, after `after`. */
export const listDevices = async (
  transaction: Transaction,
  page: { readonly after: string | null; readonly limit: number },
): Promise<Device[]> => {
  const query = devices(transaction).orderBy('id').limit(page.limit)
  return openDevices(transaction, await (page.after === null ? query : query.where('id', '>', page.after)).execute())
}

export const answerOfDevice = (found: Device): DeviceAnswer => ({
  id: found.id,
  user: found.user,
  facts: found.facts,
  status: found.status,
  enrolledAt: found.enrolledAt.toISOString(),
  lastSeenAt: found.lastSeenAt?.toISOString() ?? null,
})
