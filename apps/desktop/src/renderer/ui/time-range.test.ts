import { expect, test } from 'vitest'
import { boundsBetween, boundsOf, localFieldOf } from './time-range.ts'

const now = Date.parse('2026-11-22T14:05:00.000Z')

test('a range ends now and has no end, so that what comes later belongs to it', () => {
  expect(boundsOf('hour', now)).toEqual({ after: '2026-11-22T13:05:00.000Z' })
  expect(boundsOf('week', now)).toEqual({ after: '2026-11-15T14:05:00.000Z' })
  expect(boundsOf('always', now)).toEqual({})
})

test('either end of a range of one’s own may be left open', () => {
  const from = localFieldOf(now)
  expect(boundsBetween(from, '')).toEqual({ after: '2026-11-22T14:05:00.000Z' })
  expect(boundsBetween('', from)).toEqual({ before: '2026-11-22T14:05:00.000Z' })
  expect(boundsBetween('', '')).toEqual({})
})

test('a range that ends before it begins, or is no time at all, is none', () => {
  expect(boundsBetween('2026-11-22T14:05', '2026-11-22T14:05')).toBeNull()
  expect(boundsBetween('yesterday', '')).toBeNull()
})
