import { canonicalJson, type CanonicalValue, type SallyportError, toBase64url, utf8 } from '@sallyport/protocol'
import { makeAuthority } from '@sallyport/testkit'
import { beforeAll, describe, expect, test } from 'vitest'
import { secretFacts } from './secret-facts.ts'

const now = Date.now()
const day = 86_400_000
let ours: { cert: string; key: string }
let theirs: { cert: string; key: string }
beforeAll(async () => {
  const authority = await makeAuthority()
  const notAfter = new Date(Math.floor(now / 1000) * 1000 + 40 * day)
  ours = await authority.issue({ name: 'batch', usages: ['client'], notAfter })
  theirs = await authority.issue({ name: 'other', usages: ['client'] })
})

const encoded = (text: string): string => toBase64url(utf8(text))
const factsOf = (plaintext: Readonly<Record<string, CanonicalValue>>, at = now) => secretFacts(utf8(canonicalJson(plaintext)), at)
const certificate = (certificatePem: string, key: string) => ({
  kind: 'certificate',
  certificatePem,
  privateKeyPem: encoded(key),
})
/** The public text of a refusal, which must hold nothing of the secret. */
const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    const { code, cause, message } = error as SallyportError
    expect({ code, cause }).toEqual({ code: 'invalid_request', cause: undefined })
    return message
  }
  throw new Error('it was taken')
}

describe('what may be known of a secret', () => {
  test('is its kind, when its certificate ends, and the account that it is for alone', () => {
    expect(factsOf({ kind: 'password', password: encoded('p') })).toEqual({ kind: 'password', endsAt: null, account: null })
    expect(factsOf(certificate(ours.cert, ours.key))).toEqual({
      kind: 'certificate',
      endsAt: new Date(Math.floor(now / 1000) * 1000 + 40 * day),
      account: null,
    })
    const iam = {
      kind: 'aws-iam',
      region: 'eu-central-1',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: encoded('k'),
      userName: 'app',
    }
    expect(factsOf(iam)).toEqual({ kind: 'aws-iam', endsAt: null, account: 'app' })
    const user = { kind: 'temporary-user', administrator: 'maker', password: encoded('p'), memberOf: 'readers', owned: 'drop' }
    expect(factsOf(user)).toEqual({ kind: 'temporary-user', endsAt: null, account: 'readers' })
  })
})

describe('a secret that no gateway could use is refused', () => {
  test.each([
    ['a key of another certificate', () => certificate(ours.cert, theirs.key), /does not belong/],
    [
      'a key under a passphrase or broken',
      () => certificate(ours.cert, '-----BEGIN PRIVATE KEY-----\ncanary\n'),
      /cannot be read/,
    ],
    ['a certificate that is none', () => certificate('canary', ours.key), /cannot be read/],
    ['an empty password', () => ({ kind: 'password', password: '' }), /empty/],
    ['a password with NUL', () => ({ kind: 'password', password: encoded('canary\0') }), /ends texts/],
    ['another kind', () => ({ kind: 'canary' }), /known kind/],
  ])('%s', (_, plaintext, message) => {
    const text = refusal(() => factsOf(plaintext()))
    expect(text).toMatch(message)
    expect(text).not.toContain('canary')
  })

  test('a certificate that has ended, by the clock of the vault', () => {
    expect(refusal(() => factsOf(certificate(ours.cert, ours.key), now + 41 * day))).toMatch(/ended on \d{4}-/)
  })
})
