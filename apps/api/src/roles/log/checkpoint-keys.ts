/**
 * The keys that sign heads of an organization's log: Ed25519, the newest one signs. They are wrapped under the log role's root key,
 * like the receipt keys. A lost key is never replaced by itself: witnesses and auditors have to be told of a new one.
 */
import { sign } from 'node:crypto'
import { noteKey, type NoteKey, rawPublicKey } from '@sallyport/audit-log'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { RootKey } from '../../keys/root-key.ts'
import { makeWrappedKey, openWrappedKey, type WrappedKey } from './wrapped-key.ts'

export interface CheckpointSigner {
  readonly key: NoteKey
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}

/** Opens the newest key of the organization of this transaction. A seam for tests: what holds the key may stop in between. */
export type OpenSigner = (transaction: Transaction, organization: string) => Promise<CheckpointSigner>

/** The key is there and does not open: the root key is another one. */
export class CheckpointKeyLost extends Error {
  constructor(cause: unknown) {
    super('the key of the log does not open under this root key', { cause })
    this.name = 'CheckpointKeyLost'
  }
}

/** Keys that a log may have had. */
export const MAX_KEYS = 16

/** First line of every checkpoint of this organization, and the name of its keys. */
export const originOf = (organization: string): string => `log.sallyport.internal/${organization}`

const contextOf = (organization: string, id: string) => ({ use: 'sallyport checkpoint key v1', organization, key: id })

const read = async (transaction: Transaction): Promise<WrappedKey[]> => {
  const rows = await transaction
    .selectFrom('checkpoint_keys')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(MAX_KEYS)
    .execute()
  return rows.map((row) => ({ id: row.id, publicKey: row.public_key, wrapped: row.wrapped }))
}

const noteKeyOf = (organization: string, key: WrappedKey): NoteKey =>
  noteKey(originOf(organization), 'ed25519', rawPublicKey(key.publicKey))

/** Verifier keys, the newest first; those of before verify what was signed before. */
export const checkpointKeys = async (transaction: Transaction, organization: string): Promise<NoteKey[]> =>
  (await read(transaction)).map((key) => noteKeyOf(organization, key))

/** Makes a key, which signs from now on: the newest, whatever the clock says. */
export const addCheckpointKey = async (transaction: Transaction, organization: string, root: RootKey): Promise<WrappedKey> => {
  const key = await makeWrappedKey(root, (id) => contextOf(organization, id))
  await transaction
    .insertInto('checkpoint_keys')
    .values({
      id: key.id,
      public_key: Buffer.from(key.publicKey),
      wrapped: Buffer.from(key.wrapped),
      created_at: sql`greatest(clock_timestamp(), (select max(created_at) + interval '1 millisecond' from checkpoint_keys))`,
    })
    .execute()
  return key
}

/** Makes the first key of a log. Throws {@link CheckpointKeyLost}. */
export const openingSigners =
  (root: RootKey): OpenSigner =>
  async (transaction, organization) => {
    let [newest] = await read(transaction)
    if (newest === undefined) {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`sallyport checkpoint key ${organization}`}, 0))`.execute(
        transaction,
      )
      newest = (await read(transaction))[0] ?? (await addCheckpointKey(transaction, organization, root))
    }
    try {
      const privateKey = openWrappedKey(newest, root, contextOf(organization, newest.id))
      return { key: noteKeyOf(organization, newest), sign: async (message) => sign(null, message, privateKey) }
    } catch (cause) {
      throw new CheckpointKeyLost(cause)
    }
  }
