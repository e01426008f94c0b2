/** JSON Web Tokens as a service that trusts an issuer reads them: against its published keys, and nothing else. */
import { createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto'

export type TokenClaims = Readonly<Record<string, unknown>>

/** A public key of an issuer (RFC 7517). */
export type PublishedKey = JsonWebKey & { readonly kid?: string; readonly alg?: string }

export interface Trusted {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly keys: readonly PublishedKey[]
  /** Signature algorithms that the service takes. */
  readonly algorithms: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Seconds, as services have it. */
const LEEWAY = 60

const read = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>

/** Throws with what is wrong. A token may begin later by as much as clocks differ, or are set back; it ends when it says. */
export const verifyToken = (token: string, trusted: Trusted): TokenClaims => {
  const [head = '', payload = '', signature = '', ...rest] = token.split('.')
  if (rest.length > 0 || signature === '') throw new Error('not a token')
  const { alg, kid } = read(head)
  const jwk = trusted.keys.find((candidate) => candidate.kid === kid)
  if (jwk === undefined) throw new Error('no known key successfully validated the token signature')
  if (jwk.alg !== alg || !trusted.algorithms.includes(String(alg))) throw new Error('unsupported signature algorithm')
  const how = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', Buffer.from(`${head}.${payload}`), how, Buffer.from(signature, 'base64url'))) {
    throw new Error('no known key successfully validated the token signature')
  }
  const claims = read(payload)
  const seconds = trusted.now / 1000
  if (claims['iss'] !== trusted.issuer) throw new Error('invalid issuer (iss) claim')
  if (!trusted.audiences.includes(String(claims['aud']))) throw new Error('invalid audience (aud) claim')
  if (!(Number(claims['exp']) > seconds)) throw new Error('token is expired')
  if (!(Number(claims['nbf']) <= seconds + LEEWAY)) throw new Error('token not yet valid')
  return claims
}

/** An issuer with a key of each algorithm, for tests that need tokens without an API. */
export const makeTokenIssuer = (issuer = 'https://issuer.test') => {
  const pairs: Readonly<Record<'ES256' | 'RS256', { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>> = {
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  }
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const keys = Object.entries(pairs).map(([alg, { publicKey }]): PublishedKey => ({
    ...publicKey.export({ format: 'jwk' }),
    kid: alg,
    alg,
  }))
  return {
    issuer,
    keys,
    sign: (claims: TokenClaims, alg: 'ES256' | 'RS256' = 'ES256'): string => {
      const now = Math.floor(Date.now() / 1000)
      const input = `${part({ alg, kid: alg })}.${part({ iss: issuer, iat: now, nbf: now, exp: now + 60, ...claims })}`
      const how = { key: pairs[alg].privateKey, dsaEncoding: 'ieee-p1363' } as const
      return `${input}.${sign('sha256', Buffer.from(input), how).toString('base64url')}`
    },
  }
}
