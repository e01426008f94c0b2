import { expect, test } from 'vitest'
import { filterQuery, isNarrow, noFilter } from './filter.ts'

test('what is not chosen is not asked for', () => {
  expect(filterQuery(noFilter, 'all')).toEqual({})
  expect(isNarrow(noFilter)).toBe(false)
})

test('everything chosen is asked for together', () => {
  const filter = {
    ...noFilter,
    bounds: { after: '2026-11-22T13:00:00.000Z' },
    user: 'u',
    outcome: 'failed',
    text: ' orders ',
  } as const
  expect(filterQuery(filter, 'all')).toEqual({
    after: '2026-11-22T13:00:00.000Z',
    user: 'u',
    outcome: 'failed',
    text: 'orders',
  })
  expect(isNarrow(filter)).toBe(true)
})

test('one’s own activity is never asked for by person', () => {
  expect(filterQuery({ ...noFilter, user: 'u' }, 'mine')).toEqual({})
})

test('a stretch of time alone does not count as a filter', () => {
  expect(isNarrow({ ...noFilter, bounds: { after: '2026-11-22T13:00:00.000Z' } })).toBe(false)
})
