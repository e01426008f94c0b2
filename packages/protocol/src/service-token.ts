/**
 * Tokens of service accounts: JWTs (RFC 7519) that the vault signs with ES256, good for one organization and purpose, for
 * minutes, and only together with the account's own key (RFC 7800). `spec/service-accounts.md`.
 *
 * Nothing here verifies a signature: {@link readServiceToken} returns what a verifier needs for it.
 */
import { z } from 'zod'
import { fromBase64url, fromUtf8, sha256, toBase64url, utf8 } from './bytes.ts'
import { type CanonicalValue, canonicalJson, parseCanonicalJson } from './canonical-json.ts'
import { SallyportError } from './errors.ts'
import { base64urlOf, keyId, uuid } from './fields.ts'
import { SIGNATURE_LENGTH } from './signing.ts'

/** `audit`: reading the log. `api`: that, and managing the catalogue. No purpose unlocks anything. */
export const servicePurposes = ['api', 'audit'] as const
export const servicePurpose = z.enum(servicePurposes)
export type ServicePurpose = z.infer<typeof servicePurpose>

/** Milliseconds that a token lasts, unless its account ends before. */
export const SERVICE_TOKEN_LIFETIME = 5 * 60_000
/** Longest token, in characters. */
export const MAX_SERVICE_TOKEN = 2048

const SCHEME = 'Sallyport '
/** Bytes of a SubjectPublicKeyInfo of P-256 with an uncompressed point, and of its two coordinates. */
const P256_SPKI_LENGTH = 91
const COORDINATE_LENGTH = 32

const header = z.strictObject({ alg: z.literal('ES256'), kid: keyId, typ: z.literal('at+jwt') })

const claims = z.strictObject({
  iss: z.string().max(512),
  /** The account. */
  sub: uuid,
  aud: z.string().max(128),
  /** Seconds since 1970. */
  iat: z.int().nonnegative(),
  exp: z.int().nonnegative(),
  jti: uuid,
  cnf: z.strictObject({ jkt: base64urlOf(32) }),
})
export type ServiceTokenClaims = z.infer<typeof claims>

/** `aud` of a token: who takes it, and for what. */
export const serviceAudience = (organization: string, purpose: ServicePurpose): string =>
  `urn:sallyport:${organization}:${purpose}`

/** JWK thumbprint (RFC 7638) of a P-256 key, given as SubjectPublicKeyInfo. */
export const thumbprintOf = async (publicKey: Uint8Array): Promise<string> => {
  if (publicKey.length !== P256_SPKI_LENGTH) throw new TypeError('not a SubjectPublicKeyInfo of P-256')
  const y = toBase64url(publicKey.subarray(-COORDINATE_LENGTH))
  const x = toBase64url(publicKey.subarray(-2 * COORDINATE_LENGTH, -COORDINATE_LENGTH))
  return toBase64url(await sha256(utf8(canonicalJson({ crv: 'P-256', kty: 'EC', x, y }))))
}

const part = (value: CanonicalValue): string => toBase64url(utf8(canonicalJson(value)))

/** What is signed: JWS Signing Input (RFC 7515 §5.1). The token is this, a full stop and the signature in base64url. */
export const serviceTokenInput = (kid: string, content: ServiceTokenClaims): string =>
  `${part({ alg: 'ES256', kid, typ: 'at+jwt' })}.${part(claims.parse(content))}`

export interface ReadServiceToken {
  readonly claims: ServiceTokenClaims
  /** Which key must have signed it. */
  readonly keyId: string
  /** What that key must have signed. */
  readonly input: Uint8Array
  readonly signature: Uint8Array
}

const parsed = (text: string): unknown => parseCanonicalJson(fromUtf8(fromBase64url(text)))

/** Takes a token apart; only the form that {@link serviceTokenInput} gives is one. Throws `service_token_invalid`. */
export const readServiceToken = (token: string): ReadServiceToken => {
  try {
    if (token.length > MAX_SERVICE_TOKEN) throw new TypeError('too long')
    const parts = token.split('.', 4)
    const [first = '', second = '', third = ''] = parts
    const signature = fromBase64url(third)
    if (parts.length !== 3 || signature.length !== SIGNATURE_LENGTH) throw new TypeError('not in its compact form')
    return {
      keyId: header.parse(parsed(first)).kid,
      claims: claims.parse(parsed(second)),
      input: utf8(`${first}.${second}`),
      signature,
    }
  } catch (cause) {
    throw new SallyportError('service_token_invalid', { cause })
  }
}

/** The `authorization` field of a call that carries a token. */
export const authorizationOf = (token: string): string => `${SCHEME}${token}`

/** The token in an `authorization` field. Throws `service_token_invalid`. */
export const tokenOfAuthorization = (field: string): string => {
  if (!field.startsWith(SCHEME)) throw new SallyportError('service_token_invalid')
  return field.slice(SCHEME.length)
}
