/** What the vault role does for the API role. The API passes on what clients and gateways signed; the vault believes only that. */
import {
  base64urlOf,
  isErrorCode,
  keyId,
  leaseAnswer,
  leaseRequest,
  rotationOutcome,
  MAX_SERVICE_TOKEN,
  sealed,
  storeField,
  storePath,
  timestamp,
  tokenAlgorithm,
  uuid,
} from '@sallyport/protocol'
import { auditActor, keyState, sinkDestination, tokenKeyState } from '@sallyport/protocol/api'
import { z } from 'zod'
import { bytesUpTo, defineOperations, type LinkOf } from './operation.ts'

const authorityKey = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('deployment'), name: z.literal('root'), id: keyId.optional() }),
  z.strictObject({
    scope: z.literal('organization'),
    organization: uuid,
    name: z.enum(['root', 'issuer']),
    /** Which of those that followed one another; absent: the newest. */
    id: keyId.optional(),
  }),
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

/** Where in a third-party store a secret lies. */
const storedSecret = {
  organization: uuid,
  actor: auditActor,
  resource: uuid,
  endpointDigest: base64urlOf(32),
  store: uuid,
  path: storePath,
  field: storeField,
}

const kmsTrouble = { code: z.string().refine(isErrorCode), since: z.int().nonnegative() }

export const vaultOperations = defineOperations({
  /** How the key management service does, as of some seconds ago; null: it is not known yet. */
  health: {
    input: z.strictObject({}),
    output: z.strictObject({
      kms: z
        .discriminatedUnion('state', [
          z.strictObject({ state: z.literal('working') }),
          z.strictObject({ state: z.enum(['failing', 'only-in-memory']), ...kmsTrouble }),
        ])
        .nullable(),
    }),
  },
  /** SubjectPublicKeyInfo (DER) of an authority's key, P-256; makes the key if there is none. */
  authorityPublicKey: {
    input: z.strictObject({ key: authorityKey }),
    output: z.strictObject({ publicKey: bytesUpTo(256) }),
  },
  /** SubjectPublicKeyInfo (DER) of a key that has no certificate yet. Throws `limit_reached` while too many of before are accepted. */
  authorityNextKey: {
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
  /** The key of which the keys of what is personal in tables are made, 32 bytes; made on first use. */
  personalKey: { input: z.strictObject({ organization: uuid }), output: z.strictObject({ key: bytesUpTo(32) }) },
  /** The private key (PKCS #8) of the identity under which unattended work unlocks; made on first use. */
  jobKey: { input: z.strictObject({ organization: uuid }), output: z.strictObject({ privateKey: bytesUpTo(512) }) },
  /** Stores a password that a rotation is about to set. Throws `conflict` for a job that this gateway does not have now. */
  storePendingSecret: {
    input: z.strictObject({
      organization: uuid,
      actor: auditActor,
      gateway: uuid,
      job: uuid,
      take: uuid,
      vaultKey: keyId,
      sealed,
    }),
    output: z.strictObject({}),
  },
  /** Promotes what was stored, or destroys it, or keeps it until it is known which password works. */
  settleRotation: {
    input: z.strictObject({
      organization: uuid,
      actor: auditActor,
      gateway: uuid,
      job: uuid,
      take: uuid,
      result: rotationOutcome,
    }),
    output: z.strictObject({}),
  },
  /** What the organization's keys rest under. */
  keyState: { input: z.strictObject({ organization: uuid }), output: keyState },
  /** Brings some keys under the newest version of the root key. */
  rewrapKeys: { input: z.strictObject({ organization: uuid, actor: auditActor }), output: keyState },
  /** Wraps what a sink of the log needs to send, which the client sealed for this destination. */
  sealSinkSecret: {
    input: z.strictObject({ organization: uuid, sink: uuid, destination: sinkDestination, vaultKey: keyId, sealed }),
    output: z.strictObject({ secret: bytesUpTo(16_384) }),
  },
  /** Canonical JSON of a sink's secret; null when it has none. */
  openSinkSecret: {
    input: z.strictObject({ organization: uuid, sink: uuid }),
    output: z.strictObject({ secret: bytesUpTo(4096).nullable() }),
  },
  /** Begins to seal everything again under new data keys; the rest is done step by step by `keepKeys`. */
  rotateDataKeys: { input: z.strictObject({ organization: uuid, actor: auditActor }), output: keyState },
  /** Throws `limit_reached` while too many older ones still open. */
  rotateVaultKey: { input: z.strictObject({ organization: uuid, actor: auditActor }), output: keyState },
  /** One step of what happens to keys by itself. `more`: there is more of it. */
  keepKeys: { input: z.strictObject({ organization: uuid }), output: z.strictObject({ more: z.boolean() }) },
  /** Public halves of the keys that sign tokens for third-party stores; makes the first ones if there are none. */
  tokenKeys: {
    input: z.strictObject({ organization: uuid }),
    output: z.strictObject({
      keys: z
        .array(
          z.strictObject({
            id: keyId,
            algorithm: tokenAlgorithm,
            publicKey: bytesUpTo(1024),
            /** When nothing that it signed counts any more; null: not decided. */
            retiresAt: timestamp.nullable(),
          }),
        )
        .max(16),
    }),
  },
  tokenKeyState: { input: z.strictObject({ organization: uuid }), output: tokenKeyState },
  /** Throws `limit_reached` while too many older ones are still published. */
  rotateTokenKeys: { input: z.strictObject({ organization: uuid, actor: auditActor }), output: tokenKeyState },
  /** A token for a service account, whose request comes as it was signed. Throws what a caller is refused with. */
  issueServiceToken: {
    input: z.strictObject({
      organization: uuid,
      /** `iss` of the token. */
      issuer: z.string().max(512),
      address: z.string().max(64),
      request: z.strictObject({
        method: z.string().max(16),
        targetUri: z.string().max(2048),
        fields: z.record(z.string().max(64), z.string().max(4096)),
        body: bytesUpTo(1024),
      }),
    }),
    output: z.strictObject({ token: z.string().max(MAX_SERVICE_TOKEN), expiresAt: timestamp }),
  },
  createStoredSecret: { input: z.strictObject(storedSecret), output: secretState },
  replaceByStoredSecret: { input: z.strictObject({ ...storedSecret, secret: uuid }), output: secretState },
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
