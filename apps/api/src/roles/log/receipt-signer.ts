/** The receipt keys: Ed25519, one line of them for each organization, wrapped under a root key that the log role alone has. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { type Bytes, keyIdOf, SallyportError, type Signer } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { openBytes, sealBytes } from '../../keys/envelope.ts'
import type { RootKey } from '../../keys/root-key.ts'
import type { LogParts } from './parts.ts'

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

interface StoredKey extends ReceiptKey {
  readonly wrapped: Uint8Array
}

const contextOf = (organization: string, id: string) => ({ use: 'sallyport receipt key v1', organization, key: id })

const read = async (transaction: Transaction): Promise<StoredKey[]> => {
  const rows = await transaction
    .selectFrom('receipt_keys')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(8)
    .execute()
  return rows.map((row) => ({ id: row.id, publicKey: row.public_key, wrapped: row.wrapped }))
}

const make = async (organization: string, root: RootKey): Promise<StoredKey> => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const id = await keyIdOf(publicKey)
  const wrapped = sealBytes(privateKey, root.key, contextOf(organization, id))
  privateKey.fill(0)
  return { id, publicKey, wrapped }
}

/** Milliseconds for which a key goes on signing after a newer one was made elsewhere. */
const SIGNER_KEPT = 60_000
/** Organizations whose signers are kept; beyond it all are looked up anew. */
const MAX_SIGNERS = 10_000

export const receiptSigners = ({ pool, clock }: Pick<LogParts, 'pool' | 'clock'>, root: RootKey): ReceiptSigners => {
  /** Opened keys stay in memory: they sign every unlock. */
  const kept = new Map<string, { readonly signer: Signer; readonly until: number }>()

  const keysOf = (organization: string): Promise<readonly StoredKey[]> =>
    withOrganization(pool, organization, async (transaction) => {
      const present = await read(transaction)
      if (present.length > 0) return present
      await sql`select pg_advisory_xact_lock(hashtextextended(${`sallyport receipt key ${organization}`}, 0))`.execute(
        transaction,
      )
      const meanwhile = await read(transaction)
      if (meanwhile.length > 0) return meanwhile
      const key = await make(organization, root)
      await transaction
        .insertInto('receipt_keys')
        .values({
          organization_id: organization,
          id: key.id,
          public_key: Buffer.from(key.publicKey),
          wrapped: Buffer.from(key.wrapped),
        })
        .execute()
      return [key]
    })

  const open = (organization: string, key: StoredKey): KeyObject => {
    let pkcs8: Buffer
    try {
      pkcs8 = openBytes(key.wrapped, root.key, contextOf(organization, key.id))
    } catch (cause) {
      throw new SallyportError('log_unavailable', { cause })
    }
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    pkcs8.fill(0)
    return privateKey
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
