/** Addresses remembered at a time. */
const MAX_ADDRESSES = 10_000

interface Bucket {
  tokens: number
  at: number
}

export interface AddressRateOptions {
  readonly perSecond: number
  readonly burst: number
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

/** A token bucket for each address. Memory is bounded: the address that was not seen for longest is forgotten first. */
export class AddressRate {
  readonly #options: AddressRateOptions
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(options: AddressRateOptions) {
    this.#options = options
  }

  /** Whether one more connection of this address is within the rate; counts it if so. */
  take(address: string): boolean {
    const { perSecond, burst } = this.#options
    const now = this.#options.now()
    const bucket = this.#buckets.get(address) ?? { tokens: burst, at: now }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    this.#buckets.delete(address)
    this.#buckets.set(address, bucket)
    this.#forgetOldest()
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  #forgetOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= MAX_ADDRESSES) return
      this.#buckets.delete(oldest)
    }
  }
}
