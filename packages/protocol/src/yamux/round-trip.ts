/** A minimum older than this gives way to a fresh sample from a quiet session, milliseconds. */
const MINIMUM_LIFETIME_MS = 60_000

/**
 * The path's round trip without queues: the minimum of all samples. Samples taken beside bulk data contain our own queue,
 * so an old minimum is only replaced by a sample that was taken while the session was quiet; a path that became longer is
 * then noticed, and a window is never sized by the queue that the window itself built.
 */
export class RoundTrip {
  #latest: number | null = null
  #minimum: number | null = null
  #minimumAt = 0

  /** Milliseconds. */
  get latest(): number | null {
    return this.#latest
  }

  get minimum(): number | null {
    return this.#minimum
  }

  /** Units: milliseconds. `quiet`: nothing but the ping was under way. */
  sample(taken: { readonly duration: number; readonly now: number; readonly quiet: boolean }): void {
    this.#latest = taken.duration
    const outlived = taken.quiet && taken.now - this.#minimumAt > MINIMUM_LIFETIME_MS
    if (this.#minimum === null || taken.duration <= this.#minimum || outlived) {
      this.#minimum = taken.duration
      this.#minimumAt = taken.now
    }
  }
}
