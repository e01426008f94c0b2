import type { StreamLink } from './stream-link.ts'

/**
 * When what is queued leaves: after all sockets that are readable now had their turn, so that their bytes leave together; a
 * stream that is alone does not wait.
 */
export class FlushSchedule {
  readonly #flush: () => void
  #lastWoken: StreamLink | null = null
  #scheduled = false

  constructor(flush: () => void) {
    this.#flush = flush
  }

  /** `link`: the stream that has something to send; null: the session itself. */
  soon(link: StreamLink | null, openStreams: number): void {
    const alone = link !== null && (link === this.#lastWoken || openStreams === 1)
    if (link !== null) this.#lastWoken = link
    if (this.#scheduled) return
    this.#scheduled = true
    if (alone) process.nextTick(this.#run)
    else setImmediate(this.#run)
  }

  readonly #run = (): void => {
    this.#scheduled = false
    this.#flush()
  }
}
