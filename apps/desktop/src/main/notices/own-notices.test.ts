import type { AccessRequest } from '@sallyport/protocol/api'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Notice } from '../shell/shell.ts'
import { OwnNotices } from './own-notices.ts'

const NOW = Date.parse('2026-01-05T12:00:00.000Z')
const MINUTE = 60_000

let told: Notice[]
let withdrawn: string[]
let opened: string[]
let notices: OwnNotices

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
  told = []
  withdrawn = []
  opened = []
  const shell = { notify: (notice: Notice) => void told.push(notice), withdraw: (id: string) => void withdrawn.push(id) }
  notices = new OwnNotices(shell, (place) => opened.push(place))
})
afterEach(() => vi.useRealTimers())

const titles = (): readonly string[] => told.map(({ title }) => title)
const grace = { id: 'grace', email: 'grace@acme.example', firstName: 'Grace', lastName: 'Hopper' }
const linus = { ...grace, id: 'linus', firstName: 'Linus' }

const request = (state: AccessRequest['state'], over: Partial<AccessRequest> = {}): AccessRequest => ({
  id: 'one',
  kind: 'access',
  state,
  requester: grace,
  credential: { id: 'ledger', name: 'ledger/read-only', resource: null },
  rule: null,
  reason: 'the secret reason',
  duration: 3600,
  startsAt: null,
  createdAt: '2026-01-05T11:00:00.000Z',
  waitsUntil: '2026-01-06T00:00:00.000Z',
  extends: null,
  extensible: false,
  approvals: { needed: 1, given: 0, votes: [] },
  escalatedAt: null,
  access: null,
  closed: null,
  review: null,
  ...over,
})

/** An access that began `began` minutes ago and lasts `lasts`. */
const access = (began: number, lasts: number) => ({
  grant: 'grant',
  startsAt: new Date(NOW - began * MINUTE).toISOString(),
  expiresAt: new Date(NOW + (lasts - began) * MINUTE).toISOString(),
  endedAt: null,
})
const closedBy = (by: typeof grace | null) => ({ at: '2026-01-05T12:00:00.000Z', by, note: 'the secret note' })

test.for([
  ['pending', request('active', { access: access(0, 30) }), 'Approved: ledger/read-only, 30 minutes'],
  ['pending', request('approved', { access: access(-60, 120) }), 'Approved: ledger/read-only, 2 hours'],
  ['approved', request('active', { access: access(0, 30) }), 'Your access to ledger/read-only begins, 30 minutes'],
  ['pending', request('refused', { closed: closedBy(linus) }), 'Refused: ledger/read-only'],
  ['pending', request('expired', { closed: closedBy(null) }), 'Nobody decided in time: ledger/read-only'],
  ['pending', request('cancelled', { closed: closedBy(linus) }), 'Cancelled: ledger/read-only'],
  ['active', request('ended', { access: access(60, 60) }), 'Your access to ledger/read-only has ended'],
  ['active', request('ended', { access: access(5, 60), closed: closedBy(linus) }), 'Your access to ledger/read-only has ended'],
  ['active', request('review-pending', { access: access(60, 60) }), 'Your access to ledger/read-only has ended'],
] as const)('what became of a request that was %s is announced once, without a reason (%#)', ([before, after, title]) => {
  notices.show([request(before)])
  notices.show([after])
  notices.show([after])
  expect(titles()).toEqual([title])
  expect(JSON.stringify(told)).not.toContain('secret')
  told[0]!.onClick()
  expect(opened).toEqual(['/requests/one'])
})

test('what was so before the app started is not announced, and no request that was just made', () => {
  notices.show([request('refused')])
  notices.show([request('refused'), request('active', { id: 'two', access: access(0, 30) })])
  expect(told).toEqual([])
})

test('who takes a request or an access back is not told of it', () => {
  notices.show([request('pending'), request('active', { id: 'two', access: access(0, 20) })])
  notices.show([
    request('withdrawn', { closed: closedBy(grace) }),
    request('ended', { id: 'two', access: access(0, 20), closed: closedBy(grace) }),
  ])
  expect(told).toEqual([])
})

test('a quarter of an hour before its end an access is said to end, once', () => {
  notices.show([request('active', { access: access(0, 60) })])
  vi.advanceTimersByTime(44 * MINUTE)
  expect(told).toEqual([])
  vi.advanceTimersByTime(2 * MINUTE)
  notices.show([request('active', { access: access(0, 60) })])
  vi.advanceTimersByTime(20 * MINUTE)
  expect(titles()).toEqual(['Your access to ledger/read-only ends in 15 minutes'])
})

test('one that ends in some weeks is said to end, too', () => {
  const weeks = 5 * 7 * 24 * 60
  notices.show([request('active', { access: access(0, weeks) })])
  vi.advanceTimersByTime((weeks - 14) * MINUTE)
  expect(titles()).toEqual(['Your access to ledger/read-only ends in 15 minutes'])
})

test('one that was extended ends silently', () => {
  const first = request('active', { access: access(50, 60) })
  const extension = request('active', { id: 'two', kind: 'extension', extends: 'one', access: access(0, 70) })
  notices.show([extension, first])
  notices.show([extension, { ...first, state: 'ended' }])
  vi.advanceTimersByTime(20 * MINUTE)
  expect(told).toEqual([])
})

test('a short access is not said to end as soon as it has begun', () => {
  notices.show([request('active', { access: access(0, 20) })])
  vi.advanceTimersByTime(30 * MINUTE)
  expect(told).toEqual([])
})

test('who wants no notices gets none', () => {
  notices.show([request('pending')], false)
  notices.show([request('active', { access: access(0, 60) })], false)
  vi.advanceTimersByTime(50 * MINUTE)
  expect(told).toEqual([])
})

test('who signed out is told nothing more', () => {
  notices.show([request('active', { access: access(0, 60) })])
  notices.clear()
  vi.advanceTimersByTime(50 * MINUTE)
  expect([told, withdrawn]).toEqual([[], ['own one']])
})

test('names stay on their line', () => {
  const credential = { id: 'ledger', name: `led\nger\u202E/${'x'.repeat(500)}`, resource: null }
  notices.show([request('pending', { credential })])
  notices.show([request('refused', { credential })])
  expect(titles()[0]).toMatch(/^Refused: led ger \/x+$/)
  expect(titles()[0]!.length).toBeLessThan(100)
})
