import { describe, expect, test } from 'vitest'
import { OpeningRate } from './opening-rate.ts'

describe('OpeningRate', () => {
  test('allows a burst, then as many as come back with time', () => {
    let now = 0
    const rate = new OpeningRate({ perSecond: 2, burst: 3, now: () => now })
    const take = (): boolean => rate.take('192.0.2.1')
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false])
    now = 500
    expect([take(), take()]).toEqual([true, false])
    now = 60_000
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false])
  })

  test('counts each address for itself', () => {
    const rate = new OpeningRate({ perSecond: 1, burst: 1, now: () => 0 })
    expect([rate.take('192.0.2.1'), rate.take('192.0.2.2'), rate.take('192.0.2.1')]).toEqual([true, true, false])
  })

  test('forgets the address not seen for longest when there are too many', () => {
    const rate = new OpeningRate({ perSecond: 1, burst: 1, now: () => 0 })
    rate.take('first')
    rate.take('second')
    for (let index = 0; index < 9_998; index += 1) rate.take(`other ${index}`)
    rate.take('second')
    rate.take('one more')
    expect(rate.take('second')).toBe(false)
    expect(rate.take('first')).toBe(true)
  })
})
