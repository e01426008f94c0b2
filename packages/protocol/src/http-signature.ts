/**
 * Signed HTTP calls: RFC 9421 message signatures with RFC 9530 content digests.
 *
 * A call of a client carries two signatures. `device` covers `@method`, `@target-uri`, `content-digest` and, with a body,
 * `content-type`; `session` covers the same and the device's signature with its input (`"signature";key="device"`,
 * `"signature-input";key="device"`): nobody can alter that without the session's key. Both carry the same `created` and
 * `nonce`, and the tag {@link SIGNATURE_TAG}. A gateway's call carries one, labelled `gateway`; a service account's one,
 * labelled `service`, which covers the `authorization` field that carries its token, too. `spec/http-signatures.md`.
 */
import {
  component,
  createSignature,
  type SignatureComponent,
  type VerifiedSignature,
  verifySignature as verifyMessage,
} from 'http-message-sig'
import { equalBytes, fromBase64url, sha256, toBase64url } from './bytes.ts'
import { SallyportError } from './errors.ts'
import { type SignatureAlgorithm, type Signer, keyIdOf, verifySignature } from './signing.ts'

export const SIGNATURE_TAG = 'sallyport-call-v1'
/** Seconds that a call is accepted after `created`, and before it (clock skew). Nonces are kept for both together. */
export const CALL_MAX_AGE = 60
export const CALL_CLOCK_SKEW = 60
const NONCE_BYTES = 16

export type SignatureLabel = 'device' | 'session' | 'gateway' | 'service'

/** A call as it crosses the wire. Field names in lower case; `body` empty when there is none. */
export interface HttpCall {
  readonly method: string
  /** Scheme, authority as configured (never the Host header), path and query. */
  readonly targetUri: string
  readonly fields: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** The two key holders of a client, in order, or the one of a gateway or service account. */
export type CallSigners = readonly { readonly label: SignatureLabel; readonly signer: Signer }[]

/** What the caller hands in: 16 random bytes and the time in seconds. */
export interface CallParameters {
  readonly nonce: Uint8Array
  readonly created: number
}

const standardBase64 = (bytes: Uint8Array): string => {
  const text = toBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

/** RFC 9530 §2, sha-256 only. */
export const contentDigest = async (body: Uint8Array): Promise<string> => `sha-256=:${standardBase64(await sha256(body))}:`

const componentsOf = (
  call: Pick<HttpCall, 'body' | 'fields'>,
  { label, earlier }: { readonly label: SignatureLabel; readonly earlier: readonly SignatureLabel[] },
): SignatureComponent[] => [
  '@method',
  '@target-uri',
  'content-digest',
  ...(call.body.length > 0 ? ['content-type'] : []),
  ...(label === 'service' && call.fields['authorization'] !== undefined ? ['authorization'] : []),
  ...earlier.flatMap((key) => [component('signature', { key }), component('signature-input', { key })]),
]

const descriptorOf = (call: HttpCall) => ({
  kind: 'request' as const,
  method: call.method,
  targetUri: call.targetUri,
  fields: Object.entries(call.fields).map(([name, value]) => ({ name, value })),
})

/** Returns the fields to send: those given, `content-digest`, `signature-input` and `signature`. */
export const signCall = async (
  call: HttpCall,
  signers: CallSigners,
  parameters: CallParameters,
): Promise<Record<string, string>> => {
  if (parameters.nonce.length !== NONCE_BYTES) throw new TypeError(`A nonce has ${NONCE_BYTES} bytes`)
  const fields: Record<string, string> = { ...call.fields, 'content-digest': await contentDigest(call.body) }
  const earlier: SignatureLabel[] = []
  for (const { label, signer } of signers) {
    const signed = await createSignature(descriptorOf({ ...call, fields }), {
      label,
      components: componentsOf(call, { label, earlier }),
      parameters: {
        created: parameters.created,
        nonce: toBase64url(parameters.nonce),
        alg: signer.algorithm,
        keyid: await keyIdOf(signer.publicKey),
        tag: SIGNATURE_TAG,
      },
      signer: { algorithm: signer.algorithm, sign: (data) => signer.sign(data) },
    })
    fields['signature-input'] = join(fields['signature-input'], signed.signatureInput)
    fields['signature'] = join(fields['signature'], signed.signature)
    earlier.push(label)
  }
  return fields
}

const join = (first: string | undefined, second: string): string => (first === undefined ? second : `${first}, ${second}`)

/** A public key that a verifier looked up for an untrusted key id. */
export interface CallKey {
  readonly algorithm: SignatureAlgorithm
  readonly publicKey: Uint8Array
}

export interface VerifiedCall {
  readonly nonce: string
  /** Seconds since 1970. */
  readonly created: number
  /** Key ids in the order of the labels. */
  readonly keyIds: readonly string[]
}

export interface VerifyCallOptions {
  readonly labels: readonly SignatureLabel[]
  /** Signatures that those of `labels` must cover, too, and that are not verified. */
  readonly covered?: readonly SignatureLabel[]
  /** Finds the key that this label must have signed with; null when there is none. Called once for each label. */
  readonly keyFor: (label: SignatureLabel, keyId: string) => Promise<CallKey | null>
  /** Seconds since 1970. */
  readonly now: number
}

/**
 * Verifies digest and every signature, each under its own policy. The nonce is returned for the caller to spend: nothing is
 * remembered here. Throws `signature_missing`, `signature_invalid` or `signature_expired`, or what `keyFor` throws.
 */
export const verifyCall = async (call: HttpCall, options: VerifyCallOptions): Promise<VerifiedCall> => {
  if (!call.fields['signature'] || !call.fields['signature-input']) throw new SallyportError('signature_missing')
  await checkDigest(call)
  const verified: VerifiedSignature[] = []
  const { labels, covered = [] } = options
  for (const [index, label] of labels.entries()) {
    verified.push(await verifyOne(call, options, { label, earlier: [...covered, ...labels.slice(0, index)] }))
  }
  const [first] = verified
  const { nonce, created } = first!.parameters
  const together = verified.every((signature) => signature.parameters.nonce === nonce && signature.parameters.created === created)
  if (!together || typeof nonce !== 'string' || fromBase64url(nonce).length !== NONCE_BYTES || created === undefined) {
    throw new SallyportError('signature_invalid')
  }
  if (created < options.now - CALL_MAX_AGE || created > options.now + CALL_CLOCK_SKEW)
    throw new SallyportError('signature_expired')
  return { nonce, created, keyIds: verified.map((signature) => signature.parameters.keyid!) }
}

const checkDigest = async (call: HttpCall): Promise<void> => {
  const encoder = new TextEncoder()
  if (!equalBytes(encoder.encode(call.fields['content-digest'] ?? ''), encoder.encode(await contentDigest(call.body)))) {
    throw new SallyportError('signature_invalid', { message: 'The digest of the body does not match.' })
  }
}

const verifyOne = async (
  call: HttpCall,
  options: VerifyCallOptions,
  { label, earlier }: { readonly label: SignatureLabel; readonly earlier: readonly SignatureLabel[] },
): Promise<VerifiedSignature> => {
  try {
    return await verifyMessage(descriptorOf(call), {
      label,
      policy: {
        algorithms: ['ecdsa-p256-sha256', 'ed25519'],
        requiredComponents: componentsOf(call, { label, earlier }),
        requiredParameters: ['created', 'nonce', 'alg', 'keyid', 'tag'],
        // Freshness is judged once for all signatures by verifyCall, which answers with a code of its own.
        maxAge: Number.MAX_SAFE_INTEGER,
        clockSkew: Number.MAX_SAFE_INTEGER,
        now: options.now,
        validate: (signature) => signature.parameters.tag === SIGNATURE_TAG,
      },
      resolveVerifier: async (candidate) => {
        const key = await options.keyFor(label, candidate.parameters.keyid ?? '')
        if (!key || (await keyIdOf(key.publicKey)) !== candidate.parameters.keyid) throw new SallyportError('signature_invalid')
        return { algorithm: key.algorithm, verify: (data, signature) => verifySignature(key, data, signature) }
      },
    })
  } catch (error) {
    throw innermost(error) ?? new SallyportError('signature_invalid', { cause: error })
  }
}

/** The library wraps what a resolver throws; our own coded error is what the caller must see. */
const innermost = (error: unknown): SallyportError | null => {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof SallyportError) return at
  return null
}
