import { MAX_SENT_PAYLOAD } from '@sallyport/protocol/yamux'
import type { OutputSlab, OutputSource } from './output.ts'
import type { StreamLink } from './stream-link.ts'

/** Payload bytes of one stream's turn. */
const QUANTUM = MAX_SENT_PAYLOAD
/** Entries before the head that are dropped together. */
const COMPACT_AT = 1024

/** Lets the streams that can send take turns. */
export class RoundRobin implements OutputSource {
  readonly now: () => number
  #links: StreamLink[] = []
  #head = 0
  #waiting = 0

  constructor(now: () => number) {
    this.now = now
  }

  get ready(): boolean {
    return this.#head < this.#links.length
  }

  get waiting(): number {
    return this.#waiting
  }

  addWaiting(bytes: number): void {
    this.#waiting += bytes
  }

  /** Puts the stream at the end of the queue, unless it is in it or cannot send. */
  add(link: StreamLink): boolean {
    if (link.queued || !link.ready) return false
    link.queued = true
    this.#links.push(link)
    return true
  }

  fill(slab: OutputSlab): void {
    while (this.#head < this.#links.length) {
      const link = this.#links[this.#head]!
      const before = slab.end
      link.fill(slab, QUANTUM)
      if (slab.end === before && link.ready) return
      this.#head += 1
      link.queued = false
      this.add(link)
      if (this.#head >= COMPACT_AT) this.#compact()
    }
    this.#compact()
  }

  #compact(): void {
    this.#links = this.#links.slice(this.#head)
    this.#head = 0
  }
}
