/** Token buckets, one for each caller, in the memory of this replica. */
import { SallyportError } from '@sallyport/protocol'

export interface RateLimit {
  /** Requests at once. */
  readonly burst: number
  /** Requests in the long run. */
  readonly perSecond: number
}

/** Callers that are remembered; beyond that the one that was seen longest ago is forgotten. */
const MAX_CALLERS = 20_000

interface Bucket {
  tokens: number
  at: number
}

export interface RateLimiter {
  /** Throws `rate_limited`. */
  take(caller: string): void
}

/** `clock` in milliseconds. */
export const createRateLimiter = (limit: RateLimit, clock: () => number): RateLimiter => {
  const buckets = new Map<string, Bucket>()
  return {
    take: (caller) => {
      const now = clock()
      const known = buckets.get(caller)
      const refilled = known === undefined ? limit.burst : known.tokens + (Math.max(0, now - known.at) / 1000) * limit.perSecond
      const tokens = Math.min(limit.burst, refilled)
      buckets.delete(caller)
      // What is refused takes nothing: who asks too often gets the long run's rate, and not nothing at all.
      buckets.set(caller, { tokens: tokens < 1 ? tokens : tokens - 1, at: now })
      if (buckets.size > MAX_CALLERS) buckets.delete(buckets.keys().next().value ?? caller)
      if (tokens < 1) throw new SallyportError('rate_limited')
    },
  }
}

export interface RateLimits {
  /** Calls that nobody signed, by address. */
  readonly public: RateLimit
  /** Calls that bring new keys, by address: each costs a password hash. */
  readonly signIn: RateLimit
  /** Signed calls, by session or gateway. */
  readonly caller: RateLimit
  /** Signed calls that were refused, by address. */
  readonly refused: RateLimit
}

export const defaultRateLimits: RateLimits = {
  public: { burst: 300, perSecond: 20 },
  signIn: { burst: 60, perSecond: 2 },
  caller: { burst: 2000, perSecond: 200 },
  refused: { burst: 200, perSecond: 5 },
}
