/** Remembered at a time. */
const MAX_OPENERS = 10_000

interface Bucket {
  tokens: number
  at: number
}

export interface OpeningRateOptions {
  readonly perSecond: number
  readonly burst: number
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

/** A token bucket for each who opens, as by their address. Memory is bounded: who was not seen for longest is forgotten first. */
export class OpeningRate {
  readonly #options: OpeningRateOptions
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(options: OpeningRateOptions) {
    this.#options = options
  }

  /** Whether one more of theirs is within the rate; counts it if so. */
  take(opener: string): boolean {
    const { perSecond, burst } = this.#options
    const now = this.#options.now()
    const bucket = this.#buckets.get(opener) ?? { tokens: burst, at: now }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    this.#buckets.delete(opener)
    this.#buckets.set(opener, bucket)
    this.#forgetOldest()
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  #forgetOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= MAX_OPENERS) return
      this.#buckets.delete(oldest)
    }
  }
}
