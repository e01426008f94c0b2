/** What the vault role does for the API role. The API passes on what clients and gateways signed; the vault believes only that. */
import { base64urlOf, keyId, leaseAnswer, leaseRequest, sealed, timestamp, uuid } from '@sallyport/protocol'
import { auditActor, keyState } from '@sallyport/protocol/api'
import { z } from 'zod'
import { bytesUpTo, defineOperations, type LinkOf } from './operation.ts'

const authorityKey = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('deployment'), name: z.literal('root') }),
  z.strictObject({ scope: z.literal('organization'), organization: uuid, name: z.enum(['root', 'issuer']) }),
])

const secretState = z.strictObject({
  id: uuid,
  resource: uuid,
  version: z.int().positive(),
  bound: z.boolean(),
  createdAt: timestamp,
})

/** A secret as its client sealed it to the vault key. */
const incomingSecret = {
  organization: uuid,
  actor: auditActor,
  resource: uuid,
  endpointDigest: base64urlOf(32),
  vaultKey: keyId,
  sealed,
}

export const vaultOperations = defineOperations({
  /** SubjectPublicKeyInfo (DER) of an authority's key, P-256; makes the key if there is none. */
  authorityPublicKey: {
    input: z.strictObject({ key: authorityKey }),
    output: z.strictObject({ publicKey: bytesUpTo(256) }),
  },
  /** Signs a TBSCertificate or a trust bundle's signing input, after checking that it is one that this key may sign. */
  authoritySign: {
    input: z.strictObject({
      key: authorityKey,
      payload: z.enum(['certificate', 'trust-bundle']),
      data: bytesUpTo(1024 * 1024),
    }),
    output: z.strictObject({ signature: bytesUpTo(64) }),
  },
  /** Public halves of the organization's vault keys, newest first; makes the first one if there is none. */
  vaultKeys: {
    input: z.strictObject({ organization: uuid }),
    output: z.strictObject({
      keys: z
        .array(z.strictObject({ id: keyId, publicKey: base64urlOf(32) }))
        .min(1)
        .max(8),
    }),
  },
  /** The key under which a month's activity is encrypted, 32 bytes; null when there is none and none may be made. */
  activityKey: {
    input: z.strictObject({ organization: uuid, period: z.string().regex(/^\d{4}-\d{2}$/), create: z.boolean() }),
    output: z.strictObject({ found: z.strictObject({ id: uuid, key: bytesUpTo(32) }).nullable() }),
  },
  /** What the organization's keys rest under. */
  keyState: { input: z.strictObject({ organization: uuid }), output: keyState },
  /** Brings some keys under the newest version of the root key. */
  rewrapKeys: { input: z.strictObject({ organization: uuid, actor: auditActor }), output: keyState },
  /** Throws `limit_reached` while too many older ones still open. */
  rotateVaultKey: { input: z.strictObject({ organization: uuid, actor: auditActor }), output: keyState },
  /** One step of what happens to keys by itself. `more`: there is more of it. */
  keepKeys: { input: z.strictObject({ organization: uuid }), output: z.strictObject({ more: z.boolean() }) },
  createSecret: { input: z.strictObject(incomingSecret), output: secretState },
  replaceSecret: { input: z.strictObject({ ...incomingSecret, secret: uuid }), output: secretState },
  bindSecret: {
    input: z.strictObject({ organization: uuid, actor: auditActor, secret: uuid, endpointDigest: base64urlOf(32) }),
    output: secretState,
  },
  /** Releases one credential: see `spec/lease.md`. `request` is the gateway's statement as it came. */
  requestLease: {
    input: z.strictObject({ organization: uuid, request: z.string().max(leaseRequest.maxLength) }),
    output: leaseAnswer,
  },
})

export type VaultLink = LinkOf<typeof vaultOperations>
