/** Third-party stores: secrets that lie elsewhere, and that Sallyport's own programs never keep. `spec/stores.md`. */
import { z } from 'zod'
import { assertNever } from './assert-never.ts'
import { sha256, toBase64url, utf8 } from './bytes.ts'
import { canonicalJson } from './canonical-json.ts'
import { email, textUpTo, uuid } from './fields.ts'
import { credentialPlaintext } from './lease.ts'
import type { Ticket } from './ticket.ts'

/** Longest token that is made for a store, in characters. */
export const MAX_STORE_TOKEN = 8 * 1024

/** Milliseconds for which a token may be shown to a store, from the moment of its unlock. */
export const STORE_TOKEN_LIFETIME = 120_000

/** `https://host[:port]`. */
export const httpsOrigin = z
  .string()
  .max(300)
  .regex(/^https:\/\/[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$/)

/** `https://host[:port][/path]`, without a slash at the end. */
export const issuerAddress = z
  .url({ protocol: /^https$/ })
  .max(512)
  .regex(/^https:\/\/[A-Za-z0-9.-]{1,253}(?::\d{1,5})?(?:\/[A-Za-z0-9._~-]+)*$/)

/** Segments with slashes between them, none of which climbs. */
const segments = (length: number) =>
  z
    .string()
    .max(length)
    .regex(/^(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.:@+=-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.:@+=-]+)*$/)

/** How a store asks who reads: with the token of one lease, or (gateway-trusted) with a token that the gateway itself keeps. */
const vaultSignIn = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('token'),
    /** Where the JWT method is mounted: `jwt`. */
    mount: segments(128),
    role: segments(128),
    /** The role for rotations, which alone may write; absent: the same. */
    rotationRole: segments(128).optional(),
    audience: textUpTo(255).min(1),
  }),
  z.strictObject({ kind: z.literal('gateway') }),
])

/** Where a store is and how a gateway signs in there. Never changed: what is elsewhere is another store. */
export const storeLocation = z.discriminatedUnion('kind', [
  /** HashiCorp Vault or OpenBao. */
  z.strictObject({
    kind: z.literal('vault'),
    address: httpsOrigin,
    /** CA certificates (PEM); empty: the system's. */
    authority: z.string().max(64 * 1024),
    namespace: segments(128).nullable(),
    /** `kv`: version 2. `database`: makes a user for each lease. */
    engine: z.enum(['kv', 'database']),
    /** Where the engine is mounted: `secret`. */
    mount: segments(128),
    signIn: vaultSignIn,
  }),
  /** AWS Secrets Manager. */
  z.strictObject({
    kind: z.literal('aws'),
    region: z
      .string()
      .max(32)
      .regex(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/),
    /** ARN of the role that the gateway assumes with the token. */
    role: z
      .string()
      .max(200)
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/),
    audience: textUpTo(255).min(1),
  }),
  /** Google Secret Manager. */
  z.strictObject({
    kind: z.literal('google'),
    /** The provider of a workload identity pool. */
    provider: z
      .string()
      .max(300)
      .regex(/^projects\/\d{1,20}\/locations\/global\/workloadIdentityPools\/[a-z0-9-]{4,32}\/providers\/[a-z0-9-]{4,32}$/),
    /** The service account that reads; null: the federated identity itself. */
    serviceAccount: email.nullable(),
  }),
  /** Azure Key Vault. */
  z.strictObject({
    kind: z.literal('azure'),
    address: httpsOrigin,
    authority: z.enum([
      'https://login.microsoftonline.com',
      'https://login.microsoftonline.us',
      'https://login.partner.microsoftonline.cn',
    ]),
    tenant: z
      .string()
      .max(64)
      .regex(/^[A-Za-z0-9.-]+$/),
    client: uuid,
    /** The application of rotations, which alone may write; absent: the same. */
    rotationClient: uuid.optional(),
  }),
])
export type StoreLocation = z.infer<typeof storeLocation>
export type StoreKind = StoreLocation['kind']

/** Name of a secret within its store. */
export const storePath = segments(512)
/** Which part of a stored secret is the password; null: all of it. */
export const storeField = textUpTo(128).min(1).nullable()

/** Whether the store believes a token that the gateway keeps, and so whatever gateway has it, instead of one lease's token. */
export const isGatewayTrusted = (location: StoreLocation): boolean =>
  location.kind === 'vault' && location.signIn.kind === 'gateway'

/** What a token for this store names as its audience; null for one that is gateway-trusted. */
export const audienceOfStore = (location: StoreLocation): string | null => {
  switch (location.kind) {
    case 'vault':
      return location.signIn.kind === 'token' ? location.signIn.audience : null
    case 'aws':
      return location.audience
    case 'google':
      return `https://iam.googleapis.com/${location.provider}`
    case 'azure':
      return 'api://AzureADTokenExchange'
    default:
      return assertNever(location)
  }
}

/** What an unlock is for: a connection, a rotation, or trying a credential out. A store may let only rotations write. */
export type StorePurpose = Ticket['purpose']

/** The store as a gateway is told of it, which signs in for one purpose only. */
export const locationFor = (location: StoreLocation, purpose: StorePurpose): StoreLocation => {
  if (location.kind === 'azure') {
    const { rotationClient, ...rest } = location
    return { ...rest, client: purpose === 'rotate' ? (rotationClient ?? rest.client) : rest.client }
  }
  if (location.kind !== 'vault' || location.signIn.kind !== 'token') return location
  const { rotationRole, ...signIn } = location.signIn
  return { ...location, signIn: { ...signIn, role: purpose === 'rotate' ? (rotationRole ?? signIn.role) : signIn.role } }
}

/** Signatures of JSON Web Tokens (RFC 7518 §3.1). */
export const tokenAlgorithm = z.enum(['ES256', 'RS256'])
export type TokenAlgorithm = z.infer<typeof tokenAlgorithm>

/** Microsoft Entra promises to accept RS256 only; all others take ES256, whose keys are smaller and quickly made. */
export const tokenAlgorithmOf = (location: StoreLocation): TokenAlgorithm => (location.kind === 'azure' ? 'RS256' : 'ES256')

/** SHA-256 over where the store is and who signs tokens for it: a secret that refers to it is bound to this. */
export const storeDigest = async (store: { readonly issuer: string; readonly location: StoreLocation }): Promise<string> =>
  toBase64url(await sha256(utf8(canonicalJson({ issuer: store.issuer, location: store.location }))))

/** What the vault keeps in the place of a secret that lies in a store. */
export const storedReference = z.strictObject({
  kind: z.literal('reference'),
  store: uuid,
  /** Of the store as it was when this was written. */
  storeDigest: z.string().length(43),
  path: storePath,
  field: storeField,
})
export type StoredReference = z.infer<typeof storedReference>

/** What a gateway is given in the place of a credential: where to fetch it, and the token of this one lease. */
export const storedCredential = z.strictObject({
  kind: z.literal('stored'),
  store: uuid,
  location: storeLocation,
  path: storePath,
  field: storeField,
  /** Null: the store is gateway-trusted. */
  token: z.string().max(MAX_STORE_TOKEN).nullable(),
})
export type StoredCredential = z.infer<typeof storedCredential>

/** Plaintext of what the vault releases. Clients may store only {@link credentialPlaintext}. */
export const releasedCredential = z.discriminatedUnion('kind', [...credentialPlaintext.options, storedCredential])
