import { randomUUID } from 'node:crypto'
import type { LeaseBinding, Revocation } from '@sallyport/protocol'
import { describe, expect, test } from 'vitest'
import { Standing } from './standing.ts'

const gateway = randomUUID()
const binding: LeaseBinding = {
  version: 1,
  lease: randomUUID(),
  organization: randomUUID(),
  gateway,
  session: randomUUID(),
  device: randomUUID(),
  user: randomUUID(),
  resource: randomUUID(),
  credential: randomUUID(),
  secret: randomUUID(),
  secretVersion: 1,
  endpointDigest: 'A'.repeat(43),
  expiresAt: 0,
}
const kinds = ['session', 'device', 'user', 'credential', 'lease', 'gateway'] as const
const revocation = (kind: (typeof kinds)[number], number: number, at = Date.now()): Revocation => ({
  number,
  subject: { kind, id: kind === 'gateway' ? gateway : binding[kind] },
  code: 'session_revoked',
  at,
})

describe('a lease answer', () => {
  test.each(kinds)('decided before a revocation of its %s is refused, one decided with it is not', (kind) => {
    const standing = new Standing(gateway)
    standing.add([revocation(kind, 7)])
    expect(() => standing.checkLease(binding, 6)).toThrow(expect.objectContaining({ code: 'session_revoked' }))
    expect(standing.allows(binding, 6)).toBe(false)
    expect(() => standing.checkLease(binding, 7)).not.toThrow()
    expect(standing.allows(binding, 7)).toBe(true)
  })
})

describe('a session', () => {
  test('that was revoked stays out', () => {
    const standing = new Standing(gateway)
    standing.add([revocation('session', 1)])
    expect(() => standing.checkSession(binding.session)).toThrow(expect.objectContaining({ code: 'session_revoked' }))
  })

  test.each(['device', 'user'] as const)('stays out when its %s was revoked after it was known, not before', (kind) => {
    const standing = new Standing(gateway)
    standing.learn(binding, 5)
    standing.add([revocation(kind, 5)])
    expect(() => standing.checkSession(binding.session)).not.toThrow()
    standing.add([revocation(kind, 6)])
    expect(() => standing.checkSession(binding.session)).toThrow(expect.objectContaining({ code: 'session_revoked' }))
  })
})

test('a snapshot replaces what was known', () => {
  const standing = new Standing(gateway)
  standing.add([revocation('session', 1)])
  standing.replace([])
  expect(() => standing.checkSession(binding.session)).not.toThrow()
})

test('a revocation is forgotten when nothing it concerns can live any more', () => {
  const standing = new Standing(gateway)
  const hour = 3_600_000
  standing.add([revocation('session', 1, 0)])
  standing.prune(24 * hour)
  expect(() => standing.checkSession(binding.session)).toThrow(expect.objectContaining({ code: 'session_revoked' }))
  standing.prune(26 * hour)
  expect(() => standing.checkSession(binding.session)).not.toThrow()
})
