/** The key of the log role to which entries are sealed on their way: it comes of the root key, its public half lies in a table. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { deriveSealingKeyPair, equalBytes, unseal } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'
import { type BodyPlace, idOfOutboxKey, OUTBOX_KEY_INFO, parseSealedBody } from '../../domains/audit/index.ts'
import type { RootKey } from '../../keys/root-key.ts'

/** Keys of processes that are kept opened; each lives for an hour. */
const MAX_OPENED = 1000

export interface OutboxKey {
  /** Makes this key the one that entries are sealed to from now on, unless it is; `first`: only where there is none yet. */
  publish(database: Pool | Transaction, when: 'first' | 'always'): Promise<void>
  /** Whether it is the one that entries are sealed to now. */
  isNewest(transaction: Transaction): Promise<boolean>
  /** Whether entries are sealed to another one now. */
  isForeign(pool: Pool): Promise<boolean>
  /** Canonical JSON; null when it was sealed to another key. Throws for what was changed. */
  open(place: BodyPlace, body: string): Promise<string | null>
}

const newestOf = async (database: Pool | Transaction): Promise<Uint8Array | null> => {
  const row = await database
    .selectFrom('deployment_outbox_keys')
    .select('id')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}

export const outboxKeyUnder = async (root: RootKey): Promise<OutboxKey> => {
  const secret = createHmac('sha256', root.key).update('sallyport outbox key v1').digest()
  const pair = await deriveSealingKeyPair(secret)
  secret.fill(0)
  const own = idOfOutboxKey(pair.publicKey)
  const opened = new Map<string, Promise<KeyObject>>()

  return {
    async isNewest(transaction) {
      const newest = await newestOf(transaction)
      return newest !== null && equalBytes(newest, own)
    },
    async isForeign(pool) {
      const newest = await newestOf(pool)
      return newest !== null && !equalBytes(newest, own)
    },
    async publish(database, when) {
      const newest = await newestOf(database)
      if (newest !== null && (when === 'first' || equalBytes(newest, own))) return
      const after = sql<Date>`greatest(clock_timestamp(), (select max(created_at) + interval '1 millisecond' from deployment_outbox_keys))`
      await database
        .insertInto('deployment_outbox_keys')
        .values({ id: own, public_key: Buffer.from(pair.publicKey), created_at: after })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ created_at: after }))
        .execute()
    },
    async open(place, body) {
      const sealed = parseSealedBody(body)
      if (sealed === null) return body
      if (!equalBytes(sealed.recipient, own)) return null
      const name = sealed.keyName
      const key =
        opened.get(name) ??
        unseal(sealed.sealedKey(), pair.privateKey, { info: OUTBOX_KEY_INFO }).then((bytes) => createSecretKey(bytes))
      opened.set(name, key)
      const oldest = opened.keys().next().value
      if (opened.size > MAX_OPENED && oldest !== undefined) opened.delete(oldest)
      try {
        return sealed.open(await key, place)
      } catch (error) {
        opened.delete(name)
        throw error
      }
    },
  }
}
