import {
  Flag,
  FrameType,
  HEADER_LENGTH,
  INITIAL_WINDOW,
  MAX_SENT_PAYLOAD,
  WINDOW_CEILING,
  writeHeader,
  YamuxError,
} from '@sallyport/protocol/yamux'
import type { OutputSlab } from './output.ts'

/** A frame with less room than this waits for the next slab, unless it ends what waits. */
const SMALLEST_SPLIT = 4096

type Done = (error?: Error | null) => void

/** What one stream wants to send: the chunks of one `_write` or `_writev`, then FIN. */
export class SendSide {
  readonly #id: number
  #window = INITIAL_WINDOW
  #chunks: readonly Buffer[] = []
  #index = 0
  #offset = 0
  #waiting = 0
  #taken: Done | null = null
  #finished: Done | null = null
  finSent = false
  bytesSent = 0

  constructor(id: number) {
    this.#id = id
  }

  /** Payload bytes not yet copied. */
  get waiting(): number {
    return this.#waiting
  }

  /** Whether {@link fill} would produce a frame. */
  get ready(): boolean {
    return (this.#waiting > 0 && this.#window > 0) || (this.#waiting === 0 && this.#finished !== null)
  }

  write(chunks: readonly Buffer[], taken: Done): void {
    this.#chunks = chunks
    this.#index = 0
    this.#offset = 0
    for (const chunk of chunks) this.#waiting += chunk.length
    if (this.#waiting === 0) process.nextTick(taken)
    else this.#taken = taken
  }

  finish(finished: Done): void {
    this.#finished = finished
  }

  /** @throws YamuxError if the peer grants more than a window can hold */
  grow(delta: number): void {
    if (this.#window + delta > WINDOW_CEILING) throw new YamuxError('window_overflow', `window of stream ${this.#id} overflows`)
    this.#window += delta
  }

  /** Copies frames of at most `quantum` payload bytes together. Returns the payload bytes copied. */
  fill(slab: OutputSlab, quantum: number): number {
    let left = quantum
    while (left > 0 && this.#waiting > 0 && this.#window > 0) {
      const room = slab.buffer.length - slab.end - HEADER_LENGTH
      const wanted = Math.min(this.#waiting, this.#window, left, MAX_SENT_PAYLOAD)
      if (room < Math.min(wanted, SMALLEST_SPLIT)) break
      const length = Math.min(wanted, room)
      this.#copyFrame(slab, length)
      left -= length
      if (this.#waiting === 0) this.#settle()
    }
    if (this.#waiting === 0 && this.#finished !== null) this.#sendFin(slab)
    return quantum - left
  }

  /** Gives up what waits; `reason` is asked for only if somebody is to be told. */
  abandon(reason: () => Error): void {
    const callbacks = [this.#taken, this.#finished]
    this.#taken = null
    this.#finished = null
    this.#chunks = []
    this.#waiting = 0
    for (const callback of callbacks) if (callback !== null) process.nextTick(callback, reason())
  }

  #copyFrame(slab: OutputSlab, length: number): void {
    writeHeader(slab.buffer, slab.end, { type: FrameType.data, flags: 0, streamId: this.#id, length })
    slab.end += HEADER_LENGTH
    this.#window -= length
    this.#waiting -= length
    this.bytesSent += length
    for (let left = length; left > 0;) {
      const chunk = this.#chunks[this.#index]!
      const taken = Math.min(left, chunk.length - this.#offset)
      chunk.copy(slab.buffer, slab.end, this.#offset, this.#offset + taken)
      slab.end += taken
      left -= taken
      this.#offset += taken
      if (this.#offset === chunk.length) {
        this.#index += 1
        this.#offset = 0
      }
    }
  }

  /** All of the last write is copied: the writer may hand in more, and mostly does so before this returns. */
  #settle(): void {
    const taken = this.#taken
    this.#chunks = []
    this.#taken = null
    taken?.()
  }

  #sendFin(slab: OutputSlab): void {
    if (slab.buffer.length - slab.end < HEADER_LENGTH) return
    writeHeader(slab.buffer, slab.end, { type: FrameType.windowUpdate, flags: Flag.fin, streamId: this.#id, length: 0 })
    slab.end += HEADER_LENGTH
    const finished = this.#finished
    this.#finished = null
    this.finSent = true
    finished?.()
  }
}
