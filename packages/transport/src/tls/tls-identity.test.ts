import { makeAuthority } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { readSpiffeId } from './tls-identity.ts'

describe('readSpiffeId', () => {
  test.each<[string, string[], string | null]>([
    ['one SPIFFE id', ['spiffe://example.org/session/1'], 'spiffe://example.org/session/1'],
    ['no name', [], null],
    ['two ids', ['spiffe://example.org/session/1', 'spiffe://example.org/session/2'], null],
    ['a SPIFFE id beside another URI', ['spiffe://example.org/session/1', 'https://example.org'], null],
    ['another scheme', ['https://example.org/session/1'], null],
    ['an id that is too long', [`spiffe://example.org/${'x'.repeat(2048)}`], null],
    ['an id that would pass for two', ['spiffe://example.org/a, URI:spiffe://example.org/b'], null],
  ])('%s', async (_name, spiffeId, expected) => {
    const authority = await makeAuthority()
    expect(readSpiffeId((await authority.issue({ spiffeId, dnsNames: ['spiffe://example.org/dns'] })).raw)).toBe(expected)
  })

  test.each([
    ['of a host', ['a.example, URI:spiffe://example.org/session/1']],
    ['of a host, with quotes', ['a.example", URI:spiffe://example.org/session/1, DNS:"b.example']],
  ])('a name %s never passes for an id', async (_name, dnsNames) => {
    const authority = await makeAuthority()
    expect(readSpiffeId((await authority.issue({ spiffeId: [], dnsNames })).raw)).toBe(null)
  })

  test('bytes that are no certificate have none', () => {
    expect(readSpiffeId(Buffer.from('not a certificate'))).toBe(null)
    expect(readSpiffeId(Buffer.alloc(0))).toBe(null)
  })
})
