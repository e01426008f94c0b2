import { randomUUID } from 'node:crypto'
import { keyIdOf } from '@sallyport/protocol'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { sealDevice } from '../domains/devices/index.ts'
import { sealNames } from '../domains/people/index.ts'
import { seedOfNewPerson } from '../domains/personal-data/index.ts'
import { type MadeSigner, makeSigner } from './make-signer.ts'

export interface MadeSession {
  readonly id: string
  readonly user: string
  readonly device: string
  readonly deviceSigner: MadeSigner
  readonly signer: MadeSigner
}

export interface SessionTimes {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly expiresAt?: number
}

/** An active user who is signed in on an approved device, as rows. */
export const makeSession = async (pool: Pool, organization: string, times: SessionTimes): Promise<MadeSession> => {
  const now = new Date(times.now)
  const expiresAt = new Date(times.expiresAt ?? times.now + 12 * 3_600_000)
  const [id, user, device] = [randomUUID(), randomUUID(), randomUUID()]
  const [deviceSigner, signer] = [makeSigner(), makeSigner()]
  const keyIds = { device: await keyIdOf(deviceSigner.publicKey), session: await keyIdOf(signer.publicKey) }
  const facts = { name: 'laptop', platform: 'linux', osVersion: '12', clientVersion: '1.0.0', keyStorage: 'keychain' } as const
  await withOrganization(pool, organization, async (transaction) => {
    await transaction
      .insertInto('users')
      .values({
        id: user,
        seed: await seedOfNewPerson(transaction, user),
        ...(await sealNames(transaction, user, { email: `${user}@example.com`, firstName: 'Ada', lastName: 'Example' })),
        status: 'active',
        password_hash: null,
        created_at: now,
        last_sign_in_at: null,
        deleted_at: null,
      })
      .execute()
    await transaction
      .insertInto('devices')
      .values({
        id: device,
        user_id: user,
        key_id: keyIds.device,
        public_key: Buffer.from(deviceSigner.publicKey),
        status: 'active',
        ...(await sealDevice(transaction, { id: device, user }, { facts, fingerprint: { machine: keyIds.device } })),
        enrolled_at: now,
      })
      .execute()
    await transaction
      .insertInto('sessions')
      .values({
        id,
        user_id: user,
        device_id: device,
        label: id.slice(0, 8),
        key_id: keyIds.session,
        public_key: Buffer.from(signer.publicKey),
        status: 'active',
        created_at: now,
        expires_at: expiresAt,
        last_used_at: now,
        personal: null,
      })
      .execute()
  })
  return { id, user, device, deviceSigner, signer }
}
