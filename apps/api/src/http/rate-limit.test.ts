import type { SallyportError } from '@sallyport/protocol'
import { describe, expect, it } from 'vitest'
import { createRateLimiter } from './rate-limit.ts'

describe('a rate limit', () => {
  it('lets a burst through, then what flows back, each caller apart', () => {
    let now = 0
    const limiter = createRateLimiter({ burst: 3, perSecond: 2 }, () => now)
    const takes = (caller: string): string => {
      try {
        limiter.take(caller)
        return 'taken'
      } catch (error) {
        return (error as SallyportError).code
      }
    }
    expect([1, 2, 3, 4].map(() => takes('a'))).toEqual(['taken', 'taken', 'taken', 'rate_limited'])
    expect(takes('b')).toBe('taken')
    now += 1000
    expect([1, 2, 3].map(() => takes('a'))).toEqual(['taken', 'taken', 'rate_limited'])
  })

  it('lets through as much as in the long run, however often it is asked', () => {
    let now = 0
    const limiter = createRateLimiter({ burst: 1, perSecond: 5 }, () => now)
    let taken = 0
    for (; now < 10_000; now += 100) {
      try {
        limiter.take('a')
        taken++
      } catch {
        // Asked too soon.
      }
    }
    expect(taken).toBe(50)
  })

  it('gives nothing to a clock that goes back', () => {
    let now = 1_000_000
    const limiter = createRateLimiter({ burst: 1, perSecond: 1 }, () => now)
    limiter.take('a')
    now = 0
    expect(() => limiter.take('a')).toThrow('Too many requests')
  })
})
