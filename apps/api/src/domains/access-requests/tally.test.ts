import { describe, expect, it } from 'vitest'
import { openingOf } from './tally.ts'

const now = Date.UTC(2026, 10, 23)
const at = (seconds: number): Date => new Date(now + seconds * 1000)

describe('what approvals open', () => {
  it.each([
    [
      'as asked, from now',
      { duration: 600, startsAt: null },
      [{ duration: null, startsAt: null }],
      { duration: 600, startsAt: now },
    ],
    [
      'the shortest of all',
      { duration: 600, startsAt: null },
      [
        { duration: 300, startsAt: null },
        { duration: 400, startsAt: null },
      ],
      { duration: 300, startsAt: now },
    ],
    ['no longer than the rule', { duration: 9999, startsAt: null }, [], { duration: 3600, startsAt: now }],
    ['from the time asked for', { duration: 60, startsAt: at(100) }, [], { duration: 60, startsAt: now + 100_000 }],
    ['from now, where that has passed', { duration: 60, startsAt: at(-100) }, [], { duration: 60, startsAt: now }],
    [
      'from the latest beginning',
      { duration: 60, startsAt: at(10) },
      [{ duration: null, startsAt: at(50) }],
      { duration: 60, startsAt: now + 50_000 },
    ],
  ])('is %s', (_name, wish, approvals, expected) => {
    expect(openingOf(wish, { approvals, maxDuration: 3600, now })).toEqual(expected)
  })
})
