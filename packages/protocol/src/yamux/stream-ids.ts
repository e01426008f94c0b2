import { FIRST_CLIENT_STREAM_ID, FIRST_SERVER_STREAM_ID, LAST_STREAM_ID } from './constants.ts'
import { YamuxError } from './errors.ts'

/** How many skipped ids are remembered; a peer that opens streams from several threads skips a few. */
const MAX_SKIPPED = 4096

/** Hands out the ids of one side, each once. */
export class LocalStreamIds {
  #next: number

  constructor(role: 'client' | 'server') {
    this.#next = role === 'client' ? FIRST_CLIENT_STREAM_ID : FIRST_SERVER_STREAM_ID
  }

  /** null when all ids are used up. */
  take(): number | null {
    if (this.#next > LAST_STREAM_ID) return null
    const id = this.#next
    this.#next += 2
    return id
  }

  wasTaken(id: number): boolean {
    return id < this.#next && id % 2 === this.#next % 2
  }
}

/** Watches that the other side uses its own ids, each once. Memory is bounded by {@link MAX_SKIPPED}. */
export class RemoteStreamIds {
  readonly #first: number
  /** The next id if none were skipped. */
  #next: number
  /** Ids below `#next` that may still come, oldest first. */
  readonly #skipped = new Set<number>()

  constructor(localRole: 'client' | 'server') {
    this.#first = localRole === 'client' ? FIRST_SERVER_STREAM_ID : FIRST_CLIENT_STREAM_ID
    this.#next = this.#first
  }

  /** @throws YamuxError when the id is not the other side's to use, or was used before */
  open(id: number): void {
    if (!this.isTheirs(id)) throw new YamuxError('stream_parity', `the peer opened stream ${id}, which is ours to open`)
    if (id < this.#next) {
      if (!this.#skipped.delete(id)) throw new YamuxError('stream_reused', `the peer opened stream ${id} twice`)
      return
    }
    for (let skipped = Math.max(this.#next, id - 2 * MAX_SKIPPED); skipped < id; skipped += 2) this.#skipped.add(skipped)
    for (const oldest of this.#skipped) {
      if (this.#skipped.size <= MAX_SKIPPED) break
      this.#skipped.delete(oldest)
    }
    this.#next = id + 2
  }

  isTheirs(id: number): boolean {
    return id % 2 === this.#first % 2
  }

  /** Whether a stream of this id can have existed. */
  wasOpened(id: number): boolean {
    return this.isTheirs(id) && id < this.#next && !this.#skipped.has(id)
  }
}
