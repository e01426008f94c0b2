import type { Duplex } from 'node:stream'

/** A piece of this length is mostly one of many, bytes. */
const BULK_LENGTH = 8_192
/** What is gathered for one write, bytes. */
const SLAB_LENGTH = 131_072
/** Slabs that wait for the next bulk, of all connections together. */
const KEPT_SLABS = 16

const slabs: Buffer[] = []

/**
 * Writes to a stream so that bulk costs few system calls: pieces that come within one turn of the event loop (a TLS record each,
 * 16 KB) are copied together and leave as one write. Anything small leaves at once, unless bulk waits before it.
 */
export class BulkWriter {
  readonly #stream: Duplex
  readonly #onFlushed: () => void
  #slab: Buffer | null = null
  #length = 0
  #scheduled = false

  /** `onFlushed` is called when what was gathered was written later than {@link write}, so that the stream may be full now. */
  constructor(stream: Duplex, onFlushed: () => void) {
    this.#stream = stream
    this.#onFlushed = onFlushed
  }

  write(bytes: Buffer): void {
    if (this.#length + bytes.length > SLAB_LENGTH) this.flush()
    if (this.#slab === null) {
      if (bytes.length < BULK_LENGTH || bytes.length > SLAB_LENGTH / 2) {
        this.#stream.write(bytes)
        return
      }
      this.#slab = slabs.pop() ?? Buffer.allocUnsafeSlow(SLAB_LENGTH)
      this.#schedule()
    }
    bytes.copy(this.#slab, this.#length)
    this.#length += bytes.length
  }

  /** Writes what was gathered, if the stream still takes anything; it may be written to or ended directly after it. */
  flush(): void {
    const slab = this.#slab
    if (slab === null) return
    const bytes = slab.subarray(0, this.#length)
    this.#slab = null
    this.#length = 0
    if (!this.#stream.writable) return
    this.#stream.write(bytes, (error) => {
      if (!error && slabs.length < KEPT_SLABS) slabs.push(slab)
    })
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#run)
  }

  readonly #run = (): void => {
    this.#scheduled = false
    this.flush()
    this.#onFlushed()
  }
}
