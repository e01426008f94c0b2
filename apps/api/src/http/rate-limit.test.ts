import { describe, expect, it } from 'vitest'
import { createRateLimiter } from './rate-limit.ts'

describe('a rate limit', () => {
  it('lets a burst through, then what flows back, each caller apart', () => {
    let now = 0
    const limiter = createRateLimiter({ burst: 3, perSecond: 2 }, () => now)
    const takes = (caller: string): boolean => {
      try {
        limiter.take(caller)
        return true
      } catch (error) {
        expect(error).toMatchObject({ code: 'rate_limited' })
        return false
      }
    }
    expect([1, 2, 3, 4].map(() => takes('a'))).toEqual([true, true, true, false])
    expect(takes('b')).toBe(true)
    now += 1000
    expect([1, 2, 3].map(() => takes('a'))).toEqual([true, true, false])
  })

  it('gives nothing to a clock that goes back', () => {
    let now = 1_000_000
    const limiter = createRateLimiter({ burst: 1, perSecond: 1 }, () => now)
    limiter.take('a')
    now = 0
    expect(() => limiter.take('a')).toThrow()
  })
})
