import { beforeEach, expect, test } from 'vitest'
import type { Notice } from '../shell/shell.ts'
import { RequestNotices, type WaitingRequest } from './request-notices.ts'

let notices: Notice[]
let withdrawn: string[]
let badges: number[]
let opened: string[]
let requests: RequestNotices

const request = (id: string, over: Partial<WaitingRequest> = {}): WaitingRequest => ({
  id,
  kind: 'approval',
  who: 'Grace',
  what: 'ledger/read-only',
  howLong: '1 hour',
  ...over,
})

beforeEach(() => {
  notices = []
  withdrawn = []
  badges = []
  opened = []
  const shell = {
    notify: (notice: Notice) => notices.push(notice),
    withdraw: (id: string) => withdrawn.push(id),
    setBadge: (count: number) => badges.push(count),
  }
  requests = new RequestNotices(shell as never, (place) => opened.push(place))
})

test('a request that arrives is announced once, and leads to the window', () => {
  requests.show([])
  requests.show([request('a')])
  requests.show([request('a')])
  expect(notices.map(({ title }) => title)).toEqual(['Grace asks for ledger/read-only, 1 hour'])
  notices[0]!.onClick()
  expect(opened).toEqual(['/approvals'])
  expect(badges).toEqual([0, 1, 1])
})

test('what waited before the app started is counted, not announced', () => {
  requests.show([request('a'), request('b')])
  expect([notices, badges]).toEqual([[], [2]])
})

test('a request that was decided elsewhere is taken back', () => {
  requests.show([])
  requests.show([request('a')])
  requests.show([])
  expect([withdrawn, badges.at(-1)]).toEqual([['a'], 0])
})

test('names stay on their line', () => {
  requests.show([])
  requests.show([request('a', { who: `Gr\nace\u202E`, what: 'x'.repeat(500) })])
  expect(notices[0]!.title).toMatch(/^Gr ace asks for x{80}, 1 hour$/)
})

test('nothing waits for somebody who signed out', () => {
  requests.show([request('a')])
  requests.clear()
  expect([withdrawn, badges.at(-1)]).toEqual([['a'], 0])
})

test('a review says what was opened', () => {
  requests.show([])
  requests.show([request('a', { kind: 'review' })])
  expect(notices[0]!.title).toBe('Grace used emergency access to ledger/read-only')
})

test('who wants no notices still sees how many wait', () => {
  requests.show([])
  requests.show([request('a')], false)
  expect([notices, badges]).toEqual([[], [0, 1]])
  requests.show([request('a')])
  expect(notices).toEqual([])
})
