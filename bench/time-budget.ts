/** Keeps a run within its time: on a busy machine it measures fewer rounds, and at last fewer things. */
export class TimeBudget {
  readonly #end: number
  #left: number

  constructor(limitMs: number, measurements: number) {
    this.#end = performance.now() + limitMs
    this.#left = measurements
  }

  get isOver(): boolean {
    return performance.now() > this.#end
  }

  /** Begins the next measurement: what it returns tells whether its share of the time that was left still lasts. */
  begin(): () => boolean {
    const now = performance.now()
    const until = now + (this.#end - now) / Math.max(1, this.#left)
    this.#left -= 1
    return () => performance.now() < until
  }
}
