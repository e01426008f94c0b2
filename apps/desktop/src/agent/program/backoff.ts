/** Waiting longer after each failure, with jitter, so that many agents do not come back at the same moment. */
export interface BackoffOptions {
  /** Milliseconds, before jitter. */
  readonly firstMs: number
  readonly longestMs: number
}

export class Backoff {
  readonly #options: BackoffOptions
  #attempt = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  reset(): void {
    this.#attempt = 0
  }

  /** Half to one and a half of what this failure has to wait, in milliseconds. */
  next(): number {
    const { firstMs, longestMs } = this.#options
    const base = Math.min(longestMs, firstMs * 2 ** Math.min(this.#attempt, 16))
    this.#attempt += 1
    return base * (0.5 + Math.random())
  }
}
