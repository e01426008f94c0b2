/** Reports to the API which leases have ended: collected, sent together, repeated until it knows. */
import { Backoff, pause } from '@sallyport/program'
import type { GatewayApi, LeaseEnd } from '../control/api.ts'

/** Milliseconds that the first end waits for others. */
const LINGER = 200
/** Ends of one report. */
const MAX_TOGETHER = 1000
/** Ends that wait while the API cannot be reached; the oldest are dropped, since it ends leases by their time, too. */
const MAX_WAITING = 100_000

export class EndReports {
  readonly #api: Pick<GatewayApi, 'endLeases'>
  readonly #onFailure: (error: unknown) => void
  readonly #backoff = new Backoff({ firstMs: 500, longestMs: 30_000 })
  readonly #stopping = new AbortController()
  #waiting: LeaseEnd[] = []
  #wake = Promise.withResolvers<void>()
  #running: Promise<void> | null = null

  constructor(api: Pick<GatewayApi, 'endLeases'>, onFailure: (error: unknown) => void) {
    this.#api = api
    this.#onFailure = onFailure
  }

  add(end: LeaseEnd): void {
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift()
    this.#waiting.push(end)
    this.#wake.resolve()
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Makes one last attempt to report what is left. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake.resolve()
    await this.#running
    while (this.#waiting.length > 0) if (!(await this.#report())) return
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#wake.promise
      await pause(LINGER, signal)
      if (signal.aborted) return
      if (this.#waiting.length === 0) this.#wake = Promise.withResolvers()
      else if (await this.#report()) this.#backoff.reset()
      else await this.#backoff.wait(signal)
    }
  }

  async #report(): Promise<boolean> {
    const ends = this.#waiting.slice(0, MAX_TOGETHER)
    try {
      await this.#api.endLeases(ends)
      const sent = new Set(ends)
      this.#waiting = this.#waiting.filter((end) => !sent.has(end))
      return true
    } catch (error) {
      this.#onFailure(error)
      return false
    }
  }
}
