import { expect, it } from 'vitest'
import type { AuditEntry } from './audit-entry.ts'
import { hidePersonalData, showPersonalData } from './personal-data.ts'

const [admin, person] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
const at = Date.UTC(2026, 10, 3)

const entryOf = (change: Partial<AuditEntry>): AuditEntry => ({
  version: 1,
  id: '33333333-3333-4333-8333-333333333333',
  organization: '44444444-4444-4444-8444-444444444444',
  type: 'user.created',
  at,
  actor: { kind: 'user', id: admin, device: null, session: null, address: '192.0.2.7' },
  subject: { kind: 'user', id: person },
  details: { email: 'ada@example.org', firstName: 'Ada', lastName: 'Lovelace', roles: [] },
  ...change,
})

const roundTrip = (entry: AuditEntry) => {
  const { hidden, parts } = hidePersonalData(entry)
  expect(showPersonalData({ ...hidden, personal: [] }, parts.values())).toEqual(entry)
  return { hidden, parts }
}

it('gives each person a part of their own, and leaves ids and roles', () => {
  const { hidden, parts } = roundTrip(entryOf({}))
  expect(hidden).toEqual(entryOf({ actor: { ...entryOf({}).actor, address: null }, details: { roles: [] } }))
  expect(Object.fromEntries(parts)).toEqual({
    [admin]: { 'actor.address': '192.0.2.7' },
    [person]: { 'details.email': 'ada@example.org', 'details.firstName': 'Ada', 'details.lastName': 'Lovelace' },
  })
})

it('finds whose a reason is inside of what was there before and after', () => {
  const grant = { user: person, credential: admin, reason: 'incident 7' }
  const { hidden, parts } = roundTrip(
    entryOf({ type: 'grant.revoked', subject: { kind: 'grant', id: admin }, details: { before: grant, after: null } }),
  )
  expect(JSON.stringify(hidden)).not.toContain('incident')
  expect(parts.get(person)).toEqual({ 'details.before.reason': 'incident 7' })
})

it('keeps people who are not known under the month, and addresses of gateways as they are', () => {
  const unknown = { kind: 'anonymous', id: null, device: null, session: null, address: '192.0.2.8' } as const
  const refused = entryOf({ type: 'sign-in.refused', actor: unknown, subject: null, details: {} })
  expect([...roundTrip(refused).parts.keys()]).toEqual(['2026-11'])
  const gateway = entryOf({ type: 'gateway.renewed', actor: { ...unknown, kind: 'gateway', id: admin }, details: {} })
  expect(roundTrip(gateway).parts.size).toBe(0)
})

it('shows nothing in the place of what was erased', () => {
  const { hidden } = hidePersonalData(entryOf({}))
  expect(showPersonalData(hidden, [])).toEqual(hidden)
})
