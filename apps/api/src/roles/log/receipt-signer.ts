/** The receipt keys: Ed25519, one line of them for each organization, wrapped under a root key that the log role alone has. */
import { type KeyObject, sign } from 'node:crypto'
import { type Bytes, SallyportError, type Signer } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { RootKey } from '../../keys/root-key.ts'
import type { LogParts } from './parts.ts'
import { makeWrappedKey, openWrappedKey, type WrappedKey } from './wrapped-key.ts'

export interface ReceiptKey {
  readonly id: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

export interface ReceiptSigners {
  /** Newest first; the first signs. Makes the first one. */
  publicKeys(organization: string): Promise<readonly ReceiptKey[]>
  signerFor(organization: string): Promise<Signer>
}

const contextOf = (organization: string, id: string) => ({ use: 'sallyport receipt key v1', organization, key: id })

/** Of which a trust bundle has room. */
const MAX_KEYS = 8

const read = async (transaction: Transaction): Promise<WrappedKey[]> => {
  const rows = await transaction
    .selectFrom('receipt_keys')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(MAX_KEYS)
    .execute()
  return rows.map((row) => ({ id: row.id, publicKey: row.public_key, wrapped: row.wrapped }))
}

const addKey = async (transaction: Transaction, organization: string, root: RootKey): Promise<WrappedKey> => {
  const key = await makeWrappedKey(root, (id) => contextOf(organization, id))
  await transaction
    .insertInto('receipt_keys')
    .values({
      organization_id: organization,
      id: key.id,
      public_key: Buffer.from(key.publicKey),
      wrapped: Buffer.from(key.wrapped),
      created_at: sql`greatest(clock_timestamp(), (select max(created_at) + interval '1 millisecond' from receipt_keys))`,
    })
    .execute()
  return key
}

/** Makes another one when the newest does not open. The trust bundle has to announce it. */
export const replaceLostReceiptKey = async (transaction: Transaction, organization: string, root: RootKey): Promise<void> => {
  const known = await read(transaction)
  if (known.length >= MAX_KEYS) throw new SallyportError('limit_reached', { message: 'This log has had too many keys.' })
  const [newest] = known
  try {
    if (newest === undefined) return
    openWrappedKey(newest, root, contextOf(organization, newest.id))
  } catch {
    await addKey(transaction, organization, root)
  }
}

/** Milliseconds for which a key goes on signing after a newer one was made elsewhere. */
const SIGNER_KEPT = 60_000
/** Organizations whose signers are kept; beyond it all are looked up anew. */
const MAX_SIGNERS = 10_000

export const receiptSigners = ({ pool, clock }: Pick<LogParts, 'pool' | 'clock'>, root: RootKey): ReceiptSigners => {
  /** Opened keys stay in memory: they sign every unlock. */
  const kept = new Map<string, { readonly signer: Signer; readonly until: number }>()

  const keysOf = (organization: string): Promise<readonly WrappedKey[]> =>
    withOrganization(pool, organization, async (transaction) => {
      const present = await read(transaction)
      if (present.length > 0) return present
      await sql`select pg_advisory_xact_lock(hashtextextended(${`sallyport receipt key ${organization}`}, 0))`.execute(
        transaction,
      )
      const meanwhile = await read(transaction)
      if (meanwhile.length > 0) return meanwhile
      return [await addKey(transaction, organization, root)]
    })

  const open = (organization: string, key: WrappedKey): KeyObject => {
    try {
      return openWrappedKey(key, root, contextOf(organization, key.id))
    } catch (cause) {
      throw new SallyportError('log_unavailable', { cause })
    }
  }

  return {
    publicKeys: keysOf,
    async signerFor(organization) {
      const known = kept.get(organization)
      if (known && clock() < known.until) return known.signer
      const [newest] = await keysOf(organization)
      const privateKey = open(organization, newest!)
      const signer: Signer = {
        algorithm: 'ed25519',
        publicKey: newest!.publicKey,
        sign: async (data): Promise<Bytes> => new Uint8Array(sign(null, data, privateKey)),
      }
      if (kept.size >= MAX_SIGNERS) kept.clear()
      kept.set(organization, { signer, until: clock() + SIGNER_KEPT })
      return signer
    },
  }
}
