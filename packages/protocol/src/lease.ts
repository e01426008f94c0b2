/** Leases: what a gateway asks the vault, and what it gets. `spec/lease.md`. */
import { z } from 'zod'
import { sha256, toBase64url, utf8 } from './bytes.ts'
import { canonicalJson } from './canonical-json.ts'
import { base64urlOf, base64urlUpTo, displayName, foreignName, host, instant, port, uuid } from './fields.ts'
import { recordingOrder, recordingPolicy } from './recording-policy.ts'
import { sealed } from './sealing.ts'
import { defineStatement } from './statement.ts'
import { ticket } from './ticket.ts'

export const protocolName = z.enum(['postgresql'])

export const authenticationStrength = z.enum(['certificate', 'scram', 'md5', 'cleartext'])

/** How the resource's TLS certificate is trusted. */
export const tlsTrust = z.discriminatedUnion('kind', [
  /** A chain to these CA certificates (PEM), or to the system's when empty; the host name must match. */
  z.strictObject({ kind: z.literal('authority'), certificates: z.string().max(64 * 1024), serverName: host.nullable() }),
  /** Exactly this certificate: SHA-256 of its DER. */
  z.strictObject({ kind: z.literal('pinned'), sha256: base64urlOf(32) }),
])

/** Where a resource lives. Its digest is bound to every secret of the resource. */
export const endpoint = z.strictObject({
  protocol: protocolName,
  host,
  port,
  tls: tlsTrust,
  /** True: the gateway may speak plaintext when the resource refuses TLS. */
  plaintextAllowed: z.boolean(),
  /** Weakest way of signing in to the resource that the gateway may use. */
  weakestAuthentication: authenticationStrength,
})
export type Endpoint = z.infer<typeof endpoint>

/** SHA-256 over the canonical JSON of the endpoint, base64url. */
export const endpointDigest = async (value: Endpoint): Promise<string> => toBase64url(await sha256(utf8(canonicalJson(value))))

/** What a gateway asks for one lease. Signed by the gateway; passed to the vault unchanged. */
export const leaseRequest = defineStatement({
  name: 'lease-request',
  signatures: ['ecdsa-p256-sha256'],
  maxLength: 16 * 1024,
  error: 'signature_invalid',
  payload: z.strictObject({
    version: z.literal(1),
    organization: uuid,
    gateway: uuid,
    /** The ticket, as the client signed it. */
    ticket: z.string().max(ticket.maxLength),
    /** Fresh X25519 public key of the gateway, for this one lease. */
    recipient: base64urlOf(32),
    jti: uuid,
    issuedAt: instant,
    /** IP address from which the client reached the gateway. */
    clientAddress: z.string().max(64),
  }),
})
export type LeaseRequest = z.infer<typeof leaseRequest.payload>

/** Everything a lease binds; all of it is under the seal of the credential, see {@link credentialInfo}. */
export const leaseBinding = z.strictObject({
  version: z.literal(1),
  lease: uuid,
  organization: uuid,
  gateway: uuid,
  session: uuid,
  device: uuid,
  user: uuid,
  resource: uuid,
  credential: uuid,
  secret: uuid,
  secretVersion: z.int().positive(),
  endpointDigest: base64urlOf(32),
  expiresAt: instant,
})
export type LeaseBinding = z.infer<typeof leaseBinding>

/** The HPKE info of the sealed credential. The gateway computes it of what it was told, so a swapped field opens nothing. */
export const credentialInfo = (binding: LeaseBinding): string => canonicalJson({ use: 'sallyport credential v1', ...binding })

export const ownedAtEnd = z.enum(['drop', 'reassign'])
export type OwnedAtEnd = z.infer<typeof ownedAtEnd>

/** Plaintext of a sealed credential. */
export const credentialPlaintext = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password'), password: base64urlUpTo(4096) }),
  z.strictObject({
    kind: z.literal('certificate'),
    certificatePem: z.string().max(32 * 1024),
    privateKeyPem: base64urlUpTo(16 * 1024),
  }),
  /** An IAM key pair, with which the gateway signs a token for each connection (Amazon RDS). */
  z.strictObject({
    kind: z.literal('aws-iam'),
    region: z.string().regex(/^[a-z0-9-]{1,32}$/),
    accessKeyId: z.string().regex(/^[A-Za-z0-9]{16,128}$/),
    secretAccessKey: base64urlUpTo(256),
    /** The user that it signs for; its policy may name others. */
    userName: foreignName,
  }),
  /** An administrator of the resource, as whom the gateway makes a user for one lease and drops it afterwards. */
  z.strictObject({
    kind: z.literal('temporary-user'),
    administrator: foreignName,
    password: base64urlUpTo(4096),
    /** The role that the user is a member of. */
    memberOf: foreignName,
    /** What becomes of what the user owns at its end: it is dropped, or given to the role. */
    owned: ownedAtEnd,
  }),
])
export type CredentialPlaintext = z.infer<typeof credentialPlaintext>

export const credentialKind = z.enum(['password', 'certificate', 'aws-iam', 'temporary-user'])
export type CredentialKind = z.infer<typeof credentialKind>

/** Kinds whose password a gateway changes on the resource. */
export const rotatedKinds: readonly CredentialKind[] = ['password', 'temporary-user']

/** The log's signed proof that the unlock is recorded. The gateway verifies it before it opens the credential. */
export const receipt = defineStatement({
  name: 'receipt',
  signatures: ['ed25519'],
  maxLength: 4 * 1024,
  error: 'receipt_invalid',
  payload: z.strictObject({
    version: z.literal(1),
    organization: uuid,
    /** Number of the entry in the organization's log, from 0. */
    index: z.int().nonnegative(),
    /** Leaf hash of the entry (RFC 6962 §2.1). */
    leaf: base64urlOf(32),
    lease: uuid,
    gateway: uuid,
    session: uuid,
    credential: uuid,
    secretVersion: z.int().positive(),
    recordedAt: instant,
  }),
})
export type Receipt = z.infer<typeof receipt.payload>

/** What the gateway must know about a resource besides its endpoint. */
export const resourceOptions = z.strictObject({
  /** Adds a short opaque session id to the name that tools give their connections. */
  labelConnections: z.boolean(),
  /** Activity is on disk (fdatasync) before an answer is completed, not only written. */
  strictRecording: z.boolean(),
  /** How activity on it is recorded; absent or null: as the organization says. */
  recording: recordingPolicy.nullable().optional(),
})
export type ResourceOptions = z.infer<typeof resourceOptions>

/** The vault's answer to a lease request. */
export const leaseAnswer = z.strictObject({
  binding: leaseBinding,
  endpoint,
  options: resourceOptions,
  resourceName: displayName,
  credentialName: displayName,
  /** Who the leased credential is on the resource. */
  userName: foreignName,
  /** Databases the credential may use; empty: any. */
  databases: z.array(foreignName).max(256),
  /** One person uses it at a time: the lease ends with its last connection, so that the next one need not wait. */
  exclusive: z.boolean(),
  /** Short opaque id of the session, 8 characters; the log resolves it to the person. */
  sessionLabel: z.string().regex(/^[a-z0-9]{8}$/),
  /** How activity under it is recorded; absent: all of it, for the API to keep. */
  recording: recordingOrder.optional(),
  credential: sealed,
  receipt: z.string().max(receipt.maxLength),
  /** The organization's revocation number at which this was decided. */
  revocation: z.int().nonnegative(),
})
export type LeaseAnswer = z.infer<typeof leaseAnswer>

/** What became of each lease that a renewal named. */
export const leaseRenewalAnswer = z.strictObject({
  leases: z.array(
    z.discriminatedUnion('state', [
      z.strictObject({
        id: uuid,
        state: z.literal('renewed'),
        expiresAt: instant,
        /** The secret was replaced since: its connections go on, and whoever connects next asks for another lease. */
        superseded: z.literal(true).optional(),
      }),
      z.strictObject({ id: uuid, state: z.literal('ended'), code: z.string().max(64) }),
    ]),
  ),
  revocation: z.int().nonnegative(),
})
export type LeaseRenewalAnswer = z.infer<typeof leaseRenewalAnswer>
