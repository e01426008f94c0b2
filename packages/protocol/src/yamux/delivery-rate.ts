/** Shortest time over which a rate is taken, milliseconds: several turns of an event loop. */
const SHORTEST_EPOCH_MS = 10
/** The best rate is remembered for one to two of these, milliseconds. */
const MEMORY_MS = 5_000
/** The rate still grows if an epoch beats the best one by a quarter; three epochs without that end the start. */
const GROWTH = 1.25
const EPOCHS_WITHOUT_GROWTH = 3

/**
 * How fast a stream's consumer takes bytes: the best epoch (about one round trip) of the last five to ten seconds, so that
 * pauses of the sender do not count. Units: bytes, milliseconds. The clock is handed in.
 */
export class DeliveryRate {
  #epochStart = -1
  #epochBytes = 0
  #best = 0
  #previousBest = 0
  #bestSince = 0
  #stale = 0

  /** Bytes per millisecond; 0 before the first epoch ended. */
  get best(): number {
    return Math.max(this.#best, this.#previousBest)
  }

  /** Whether the path may still carry more than it was yet asked to. */
  get growing(): boolean {
    return this.#stale < EPOCHS_WITHOUT_GROWTH
  }

  /** Returns whether an epoch ended, so that {@link best} may have changed. */
  taken(bytes: number, now: number, roundTrip: number): boolean {
    if (this.#epochStart < 0) {
      this.#epochStart = now
      return false
    }
    this.#epochBytes += bytes
    const elapsed = now - this.#epochStart
    if (elapsed < Math.max(roundTrip, SHORTEST_EPOCH_MS)) return false
    this.#finish(this.#epochBytes / elapsed, now)
    this.#epochStart = now
    this.#epochBytes = 0
    return true
  }

  #finish(rate: number, now: number): void {
    if (rate >= this.best * GROWTH) this.#stale = 0
    else this.#stale += 1
    if (now - this.#bestSince > MEMORY_MS) {
      this.#previousBest = this.#best
      this.#best = 0
      this.#bestSince = now
    }
    this.#best = Math.max(this.#best, rate)
  }
}
