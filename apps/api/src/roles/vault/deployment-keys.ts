/** Keys of the roots of the API's own servers. They belong to no organization: what happens to them is in the program's log. */
import { keyIdOf, SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'
import { lockMaking, makeKey, MAX_KEYS, refuseAnother, type StoredKey, vaultKeyContext } from './make-key.ts'
import type { VaultParts } from './parts.ts'

const SCOPE = { scope: 'deployment' } as const

const read = async (connection: Pool | Transaction): Promise<StoredKey[]> => {
  const rows = await connection
    .selectFrom('deployment_keys')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('public_key')
    .limit(MAX_KEYS)
    .execute()
  return Promise.all(
    rows.map(async ({ public_key: publicKey, wrapped }) => ({
      id: await keyIdOf(publicKey),
      publicKey,
      wrapped,
      retiresAt: null,
    })),
  )
}

/** The newest from now on, whatever the clock says. */
const insert = async (transaction: Transaction, key: StoredKey): Promise<void> => {
  const after = sql`(select max(created_at) + interval '1 millisecond' from deployment_keys)`
  await transaction
    .insertInto('deployment_keys')
    .values({
      use: 'root',
      public_key: Buffer.from(key.publicKey),
      wrapped: Buffer.from(key.wrapped),
      created_at: sql<Date>`greatest(clock_timestamp(), ${after})`,
    })
    .execute()
}

type Parts = Pick<VaultParts, 'pool' | 'kms'>

/** The newest first; makes the first one. */
export const deploymentKeys = async (parts: Parts): Promise<readonly StoredKey[]> => {
  const present = await read(parts.pool)
  if (present.length > 0) return present
  const key = await makeKey(parts, SCOPE, 'root')
  return parts.pool.transaction().execute(async (transaction) => {
    await lockMaking(transaction, 'deployment')
    const meanwhile = await read(transaction)
    if (meanwhile.length > 0) return meanwhile
    await insert(transaction, key)
    return [key]
  })
}

const certificatesOf = (transaction: Transaction, key: StoredKey) =>
  transaction.selectFrom('deployment_certificates').select('key_id').where('kind', '=', 'root').where('key_id', '=', key.id)

/** The newest key if it has no certificate yet, or another one. Throws `limit_reached`. */
export const nextDeploymentKey = async (parts: Parts): Promise<StoredKey> => {
  const fresh = await makeKey(parts, SCOPE, 'root')
  return parts.pool.transaction().execute(async (transaction) => {
    await lockMaking(transaction, 'deployment')
    const present = await read(transaction)
    if (present[0] !== undefined && (await certificatesOf(transaction, present[0]).executeTakeFirst()) === undefined)
      return present[0]
    if (present.length >= MAX_KEYS) refuseAnother()
    await insert(transaction, fresh)
    return fresh
  })
}

const destroyUnused = ({ pool, logger }: Pick<VaultParts, 'pool' | 'logger'>): Promise<void> =>
  pool.transaction().execute(async (transaction) => {
    await lockMaking(transaction, 'deployment')
    // Never the newest: it may still wait for its certificate.
    const [, ...older] = await read(transaction)
    for (const key of older) {
      if ((await certificatesOf(transaction, key).executeTakeFirst()) !== undefined) continue
      await transaction.deleteFrom('deployment_keys').where('public_key', '=', Buffer.from(key.publicKey)).execute()
      logger.info({ event: 'vault.deployment-key-destroyed', key: key.id }, 'a key of the deployment was destroyed')
    }
  })

/** Destroys those that sign nothing any more, and brings the others under the newest root key, which begins with `prefix`. */
export const keepDeploymentKeys = async (parts: VaultParts, prefix: Uint8Array): Promise<void> => {
  const { kms, pool, logger } = parts
  const present = await read(pool)
  if (present.length > 1) await destroyUnused(parts)
  for (const { id, wrapped } of present) {
    if (Buffer.from(wrapped.subarray(0, prefix.length)).equals(prefix)) continue
    try {
      const rotated = await kms.rotate(wrapped, vaultKeyContext(SCOPE, { use: 'root', id }))
      await pool
        .updateTable('deployment_keys')
        .set({ wrapped: Buffer.from(rotated) })
        .where('wrapped', '=', Buffer.from(wrapped))
        .execute()
      logger.info({ event: 'vault.deployment-key-rewrapped', key: id }, 'a key of the deployment is under the newest root key')
    } catch (error) {
      if (!(error instanceof SallyportError) || error.code !== 'secret_unavailable') throw error
      logger.error({ event: 'vault.deployment-key-unopened', key: id, err: error }, 'a key of the deployment does not open')
    }
  }
}
