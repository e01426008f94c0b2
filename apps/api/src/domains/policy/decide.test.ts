import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide, type Facts, waysOf } from './index.ts'

const now = Date.UTC(2026, 5, 1, 12)
const role = { id: 'role', name: 'readers' }
const grant = { id: 'grant', device: null, startsAt: now - 1000, expiresAt: now + 1000, ended: null, endedAt: null }

const allowing: Facts = {
  now,
  user: { status: 'active' },
  session: { status: 'active', endCode: null, expiresAt: now + 3_600_000 },
  device: { id: 'laptop', status: 'active' },
  gateway: { status: 'joined', sites: ['site'] },
  resource: { site: 'site' },
  secret: { bound: true },
  roles: [role],
  grants: [],
}

const refusals: readonly [string, Partial<Facts>, string][] = [
  ['the user is disabled', { user: { status: 'disabled' } }, 'user_disabled'],
  ['the user was only invited', { user: { status: 'invited' } }, 'user_disabled'],
  ['the user is support, whatever leases it', { user: { status: 'support' } }, 'not_granted'],
  ['the session was revoked', { session: { status: 'revoked', endCode: null, expiresAt: now + 1 } }, 'session_revoked'],
  [
    'the session was revoked for a reason',
    { session: { status: 'revoked', endCode: 'device_state_stale', expiresAt: now + 1 } },
    'device_state_stale',
  ],
  ['the session has expired', { session: { status: 'expired', endCode: null, expiresAt: now } }, 'session_expired'],
  ['the session expires this moment', { session: { status: 'active', endCode: null, expiresAt: now } }, 'session_expired'],
  ['the device waits for approval', { device: { id: 'laptop', status: 'pending' } }, 'device_not_approved'],
  ['the device was revoked', { device: { id: 'laptop', status: 'revoked' } }, 'device_revoked'],
  ['the gateway was revoked', { gateway: { status: 'revoked', sites: ['site'] } }, 'gateway_unknown'],
  ['the gateway serves other sites', { gateway: { status: 'joined', sites: ['other'] } }, 'wrong_site'],
  ['the gateway serves no site', { gateway: { status: 'joined', sites: [] } }, 'wrong_site'],
  ['nothing grants it', { roles: [] }, 'not_granted'],
  ['the grant has not begun', { roles: [], grants: [{ ...grant, startsAt: now + 1 }] }, 'not_granted'],
  ['the grant ends this moment', { roles: [], grants: [{ ...grant, expiresAt: now }] }, 'grant_expired'],
  ['the grant was revoked', { roles: [], grants: [{ ...grant, ended: 'revoked', endedAt: now - 1 }] }, 'grant_expired'],
  ['the grant is for another device', { roles: [], grants: [{ ...grant, device: 'phone' }] }, 'not_granted'],
  ['the secret is not bound', { secret: { bound: false } }, 'secret_unbound'],
]

describe('a decision', () => {
  it('allows when everything holds, and says why', () => {
    const decision = decide(allowing)
    expect(decision).toMatchObject({ allowed: true, until: null, through: [{ kind: 'role', id: 'role' }] })
    expect(decision.reasons.every((reason) => reason.holds)).toBe(true)
    expect(decision.reasons.map((reason) => reason.rule)).toContain('granted')
  })

  it.each(refusals)('refuses when %s', (_when, change, code) => {
    const decision = decide({ ...allowing, ...change })
    expect(decision).toMatchObject({ allowed: false, code })
    expect(decision.reasons.filter((reason) => !reason.holds).length).toBeGreaterThan(0)
  })

  it('refuses whenever any one thing is wrong, whatever else is right', () => {
    fc.assert(
      fc.property(fc.subarray(refusals.map(([, change]) => change)), (changes) => {
        const facts = changes.reduce<Facts>((sum, change) => ({ ...sum, ...change }), allowing)
        expect(decide(facts).allowed).toBe(changes.length === 0)
      }),
    )
  })

  it('ends with the last of the grants, and not at all with a role', () => {
    const later = { ...grant, id: 'later', expiresAt: now + 5000 }
    expect(decide({ ...allowing, roles: [], grants: [grant, later] })).toMatchObject({ until: now + 5000 })
    expect(decide({ ...allowing, grants: [grant, later] })).toMatchObject({ until: null })
  })

  it('leaves out what nobody asked about: without session and gateway the rest decides', () => {
    const facts: Facts = { ...allowing, session: null, device: null, gateway: null }
    expect(decide(facts).allowed).toBe(true)
    expect(decide({ ...facts, roles: [] }).allowed).toBe(false)
  })

  it('counts only what is in force as a way', () => {
    const ended = { ...grant, ended: 'expired' as const, endedAt: now }
    const elsewhere = { ...grant, id: 'elsewhere', device: 'phone' }
    const device = allowing.device
    expect(waysOf({ roles: [role], grants: [grant, ended, elsewhere], device, now })).toEqual([
      { kind: 'role', id: 'role', name: 'readers' },
      { kind: 'grant', id: 'grant', expiresAt: now + 1000 },
    ])
  })
})
