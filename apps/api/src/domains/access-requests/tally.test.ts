import { describe, expect, it } from 'vitest'
import { openingOf } from './tally.ts'

const now = Date.UTC(2026, 10, 23)
const at = (seconds: number): Date => new Date(now + seconds * 1000)

describe('what approvals open', () => {
  it.each([
    {
      what: 'as asked, from now',
      wish: { duration: 600, startsAt: null },
      approvals: [{ duration: null, startsAt: null, sameDevice: false }],
      opened: { duration: 600, startsAt: now, sameDevice: false },
    },
    {
      what: 'the shortest of all',
      wish: { duration: 600, startsAt: null },
      approvals: [
        { duration: 300, startsAt: null, sameDevice: false },
        { duration: 400, startsAt: null, sameDevice: false },
      ],
      opened: { duration: 300, startsAt: now, sameDevice: false },
    },
    {
      what: 'no longer than the rule',
      wish: { duration: 9999, startsAt: null },
      approvals: [],
      opened: { duration: 3600, startsAt: now, sameDevice: false },
    },
    {
      what: 'from the time asked for',
      wish: { duration: 60, startsAt: at(100) },
      approvals: [],
      opened: { duration: 60, startsAt: now + 100_000, sameDevice: false },
    },
    {
      what: 'from now, where that has passed',
      wish: { duration: 60, startsAt: at(-100) },
      approvals: [],
      opened: { duration: 60, startsAt: now, sameDevice: false },
    },
    {
      what: 'from the latest beginning',
      wish: { duration: 60, startsAt: at(10) },
      approvals: [{ duration: null, startsAt: at(50), sameDevice: false }],
      opened: { duration: 60, startsAt: now + 50_000, sameDevice: false },
    },
    {
      what: 'for one device, when one approval says so',
      wish: { duration: 60, startsAt: null },
      approvals: [
        { duration: null, startsAt: null, sameDevice: true },
        { duration: null, startsAt: null, sameDevice: false },
      ],
      opened: { duration: 60, startsAt: now, sameDevice: true },
    },
  ])('is $what', ({ wish, approvals, opened }) => {
    expect(openingOf(wish, { approvals, maxDuration: 3600, now })).toEqual(opened)
  })
})
