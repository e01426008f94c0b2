import { describe, expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { futureInstant, parseDuration, pastInstant } from './time.ts'

const nowhere = {} as Context

describe('a duration', () => {
  test.for([
    ['30s', 30],
    ['30m', 1800],
    ['1h30m', 5400],
    ['7d', 604_800],
    ['2w', 1_209_600],
  ] as const)('%s has %i seconds', ([typed, seconds]) => expect(parseDuration(typed)).toBe(seconds))

  test.for(['', '0s', '4', 'h', '4 h', '-1h', '1h30', '1.5h', '9999999h', '1y'])('%j is none', (typed) => {
    expect(() => parseDuration(typed)).toThrow('is not a duration')
  })
})

describe('an instant', () => {
  test('may be so long ago or ahead', async () => {
    const before = Date.now()
    expect(Date.parse(await pastInstant.read('2h', nowhere))).toBeLessThan(Date.now() - 7_140_000)
    expect(Date.parse(await futureInstant.read('2h', nowhere))).toBeGreaterThan(before + 7_140_000)
  })
  test('may be a date, a local time or a time with its zone', async () => {
    expect(await pastInstant.read('2026-11-22', nowhere)).toBe(new Date(2026, 10, 22).toISOString())
    expect(await pastInstant.read('2026-11-22T14:05', nowhere)).toBe(new Date(2026, 10, 22, 14, 5).toISOString())
    expect(await pastInstant.read('2026-11-22T14:05:00Z', nowhere)).toBe('2026-11-22T14:05:00.000Z')
  })
  test.for(['yesterday', '2026', '22.11.2026', '2026-13-01', '2026-11-22T25:00'])('%j is none', (typed) => {
    expect(() => pastInstant.read(typed, nowhere)).toThrow('is neither a duration')
  })
})
