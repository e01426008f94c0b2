/** Waiting longer after each failure, with jitter, so that many programs do not come back at the same moment. */
export interface BackoffOptions {
  /** Milliseconds, before jitter. */
  readonly firstMs: number
  readonly longestMs: number
}

/** Beyond it the wait has long been the longest one. */
const MAX_DOUBLINGS = 16

export class Backoff {
  readonly #options: BackoffOptions
  #attempt = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** Failures since the last {@link reset}. */
  get attempt(): number {
    return this.#attempt
  }

  reset(): void {
    this.#attempt = 0
  }

  /** Half to one and a half of what this failure has to wait, in milliseconds. */
  next(): number {
    const { firstMs, longestMs } = this.#options
    const base = Math.min(longestMs, firstMs * 2 ** Math.min(this.#attempt, MAX_DOUBLINGS))
    this.#attempt += 1
    return base * (0.5 + Math.random())
  }

  /** Resolves after the present wait, or at once when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return pause(this.next(), signal)
  }
}

/** Resolves after so many milliseconds, or at once when `signal` aborts; never rejects. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, milliseconds)
    signal.addEventListener('abort', finish)
  })
