/** What happens when the window's page dies: it is loaded again once; if that does not help, the person decides. */

/** Milliseconds within which a second crash is no accident. */
const CALM = 60_000

export class Crashes {
  #last = Number.NEGATIVE_INFINITY
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Whether to load the page again without a question. */
  happened(): boolean {
    const calm = this.#now() - this.#last > CALM
    this.#last = this.#now()
    return calm
  }
}
