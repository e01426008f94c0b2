/** What the vault's own keys have in common: how they are made, and under which context they are wrapped. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { deriveSealingKeyPair, keyIdOf, SallyportError, sha256, toBase64url } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { EncryptionContext } from '../../kms/kms.ts'
import type { VaultParts } from './parts.ts'

export type AuthorityUse = 'root' | 'issuer'
/** `job`: of the identity under which unattended work unlocks. */
export type Use = AuthorityUse | 'sealing' | 'job'
export type KeyScope = { readonly scope: 'deployment' } | { readonly scope: 'organization'; readonly organization: string }
export interface StoredKey {
  readonly id: string
  /** SubjectPublicKeyInfo (DER), or the 32 bytes of an X25519 key. */
  readonly publicKey: Uint8Array
  readonly wrapped: Uint8Array
  /** Milliseconds since 1970 after which it opens nothing; null: not decided. */
  readonly retiresAt: number | null
}

/** What a wrapped key of the vault belongs to. */
export const vaultKeyContext = (scope: KeyScope, key: { readonly use: Use; readonly id: string }): EncryptionContext => ({
  purpose: 'vault-key',
  organization: scope.scope === 'deployment' ? 'deployment' : scope.organization,
  use: key.use,
  key: key.id,
})

/** A fresh key and its secret form: PKCS #8 of P-256, or 32 bytes from which an X25519 pair derives. */
const generate = async (use: Use): Promise<{ publicKey: Uint8Array; secret: Buffer }> => {
  if (use === 'sealing') {
    const secret = randomBytes(32)
    return { publicKey: (await deriveSealingKeyPair(secret)).publicKey, secret }
  }
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  return { publicKey: pair.publicKey, secret: pair.privateKey }
}

const idOf = async (use: Use, publicKey: Uint8Array): Promise<string> =>
  use === 'sealing' ? toBase64url(await sha256(publicKey)) : keyIdOf(publicKey)

export const makeKey = async (parts: Pick<VaultParts, 'kms'>, scope: KeyScope, use: Use): Promise<StoredKey> => {
  const { publicKey, secret } = await generate(use)
  const id = await idOf(use, publicKey)
  const wrapped = await withSecretBytes(secret, (bytes) => parts.kms.wrap(bytes, vaultKeyContext(scope, { use, id })))
  return { id, publicKey, wrapped, retiresAt: null }
}

/** Keys of one use that an organization, or the deployment, has at a time. */
export const MAX_KEYS = 8

/** One maker at a time: whoever comes second finds the key of the first. */
export const lockMaking = (transaction: Transaction, name: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`sallyport vault key ${name}`}, 0))`.execute(transaction)

/** Throws `limit_reached`. */
export const refuseAnother = (): never => {
  const message = 'Too many authorities of before are still accepted. Wait until they end.'
  throw new SallyportError('limit_reached', { message })
}
