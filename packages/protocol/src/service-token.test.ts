import { createHash, createPublicKey, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toBase64url, utf8 } from './bytes.ts'
import {
  authorizationOf,
  MAX_SERVICE_TOKEN,
  readServiceToken,
  serviceAudience,
  serviceTokenInput,
  thumbprintOf,
  tokenOfAuthorization,
} from './service-token.ts'
import { makeSigner } from './testing/keys.ts'

const kid = 'k'.repeat(43)
const organization = randomUUID()
const claims = {
  iss: 'https://api.example/v1/token-issuers/acme',
  sub: randomUUID(),
  aud: serviceAudience(organization, 'audit'),
  iat: 1_800_000_000,
  exp: 1_800_000_300,
  jti: randomUUID(),
  cnf: { jkt: 'j'.repeat(43) },
}
const token = `${serviceTokenInput(kid, claims)}.${toBase64url(new Uint8Array(64))}`

const part = (value: unknown): string => toBase64url(utf8(JSON.stringify(value)))
const invalid = expect.objectContaining({ code: 'service_token_invalid' })

test('a token is read as it was made, with what its key must have signed', () => {
  const read = readServiceToken(token)
  expect(read).toMatchObject({ claims, keyId: kid, signature: new Uint8Array(64) })
  expect(Buffer.from(read.input).toString()).toBe(serviceTokenInput(kid, claims))
})

test('a token is a JWT as others read it', () => {
  const [head, body] = token.split('.') as [string, string]
  const decode = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString())
  expect(decode(head)).toEqual({ alg: 'ES256', kid, typ: 'at+jwt' })
  expect(decode(body)).toEqual(claims)
})

test('a key is named by its JWK thumbprint', async () => {
  const { publicKey } = makeSigner()
  const jwk = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' }).export({ format: 'jwk' })
  const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })
  expect(await thumbprintOf(publicKey)).toBe(createHash('sha256').update(members).digest('base64url'))
  await expect(thumbprintOf(publicKey.subarray(1))).rejects.toThrow(TypeError)
})

test('a field carries a token under a scheme of its own', () => {
  expect(tokenOfAuthorization(authorizationOf(token))).toBe(token)
  expect(() => tokenOfAuthorization(`Bearer ${token}`)).toThrow(invalid)
})

describe('is no token', () => {
  const [head, body, signature] = token.split('.') as [string, string, string]
  const cases: Readonly<Record<string, string>> = {
    'of no algorithm': `${part({ alg: 'none', kid, typ: 'at+jwt' })}.${body}.`,
    'of a shared secret': `${part({ alg: 'HS256', kid, typ: 'at+jwt' })}.${body}.${signature}`,
    'made for a store': `${part({ alg: 'ES256', kid, typ: 'JWT' })}.${body}.${signature}`,
    'that brings its key': `${part({ alg: 'ES256', jwk: {}, kid, typ: 'at+jwt' })}.${body}.${signature}`,
    'bound to no key': `${head}.${part({ ...claims, cnf: undefined })}.${signature}`,
    'with more in it': `${head}.${part({ ...claims, roles: ['owner'] })}.${signature}`,
    'of two parts': `${head}.${body}`,
    'of four parts': `${token}.${signature}`,
    'too long': `${token}${'A'.repeat(MAX_SERVICE_TOKEN)}`,
    'empty': '',
  }
  test.each(Object.entries(cases))('one %s', (_name, text) => {
    expect(() => readServiceToken(text)).toThrow(invalid)
  })

  test('whatever else arrives', () => {
    const piece = fc.oneof(
      fc.base64String(),
      fc.json().map((json) => toBase64url(utf8(json))),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        expect(() => readServiceToken(pieces.join('.'))).toThrow(invalid)
      }),
      { numRuns: 300 },
    )
  })
})
