import { describe, expect, it } from 'vitest'
import { openingOf } from './tally.ts'

const now = Date.UTC(2026, 10, 23)
const at = (seconds: number): Date => new Date(now + seconds * 1000)

describe('what approvals open', () => {
  it.each([
    {
      what: 'as asked, from now',
      wish: { duration: 600, startsAt: null },
      approvals: [{ duration: null, startsAt: null }],
      opened: { duration: 600, startsAt: now },
    },
    {
      what: 'the shortest of all',
      wish: { duration: 600, startsAt: null },
      approvals: [
        { duration: 300, startsAt: null },
        { duration: 400, startsAt: null },
      ],
      opened: { duration: 300, startsAt: now },
    },
    {
      what: 'no longer than the rule',
      wish: { duration: 9999, startsAt: null },
      approvals: [],
      opened: { duration: 3600, startsAt: now },
    },
    {
      what: 'from the time asked for',
      wish: { duration: 60, startsAt: at(100) },
      approvals: [],
      opened: { duration: 60, startsAt: now + 100_000 },
    },
    {
      what: 'from now, where that has passed',
      wish: { duration: 60, startsAt: at(-100) },
      approvals: [],
      opened: { duration: 60, startsAt: now },
    },
    {
      what: 'from the latest beginning',
      wish: { duration: 60, startsAt: at(10) },
      approvals: [{ duration: null, startsAt: at(50) }],
      opened: { duration: 60, startsAt: now + 50_000 },
    },
  ])('is $what', ({ wish, approvals, opened }) => {
    expect(openingOf(wish, { approvals, maxDuration: 3600, now })).toEqual(opened)
  })
})
