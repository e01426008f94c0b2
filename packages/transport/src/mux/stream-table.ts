import { LocalStreamIds, RemoteStreamIds, YamuxError } from '@sallyport/protocol/yamux'
import type { MuxRole } from './options.ts'
import type { StreamLink } from './stream-link.ts'

/** The streams of a session by their ids, and which ids were ever used. */
export class StreamTable {
  readonly #links = new Map<number, StreamLink>()
  readonly #localIds: LocalStreamIds
  readonly #remoteIds: RemoteStreamIds
  #opened = 0
  #accepted = 0

  constructor(role: MuxRole) {
    this.#localIds = new LocalStreamIds(role)
    this.#remoteIds = new RemoteStreamIds(role)
  }

  /** Streams that are open now. */
  get size(): number {
    return this.#links.size
  }

  /** Streams of this side so far. */
  get opened(): number {
    return this.#opened
  }

  /** Streams of the peer so far, without those that were refused. */
  get accepted(): number {
    return this.#accepted
  }

  /** An id for a stream of this side; null: all are used. */
  takeId(): number | null {
    return this.#localIds.take()
  }

  /** The peer used this id. Throws YamuxError for one that it may not use, or not again. */
  noteId(id: number): void {
    this.#remoteIds.open(id)
  }

  add(link: StreamLink): void {
    this.#links.set(link.id, link)
    if (link.incoming) this.#accepted += 1
    else this.#opened += 1
  }

  delete(id: number): void {
    this.#links.delete(id)
  }

  /** null: it was open and is gone. Throws YamuxError `stream_never_opened`. */
  find(id: number): StreamLink | null {
    const link = this.#links.get(id)
    if (link !== undefined) return link
    if (this.#localIds.wasTaken(id) || this.#remoteIds.wasOpened(id)) return null
    throw new YamuxError('stream_never_opened', `a frame for stream ${id}, which was never opened`)
  }

  /** Those open at this moment, however many end meanwhile. */
  all(): readonly StreamLink[] {
    return [...this.#links.values()]
  }
}
