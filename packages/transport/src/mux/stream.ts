import { Duplex } from 'node:stream'
import type { StreamLink } from './stream-link.ts'

/** What the Readable side holds beyond the stream's own queue, bytes. */
const READ_AHEAD = 16_384
/** What the Writable side takes before it asks the writer to wait, bytes: enough to fill a slab while another is sent. */
const WRITE_AHEAD = 131_072

type Done = (error?: Error | null) => void

/** One stream of a {@link MuxSession}. `end()` half-closes; `destroy()` before both sides ended resets. */
export class MuxStream extends Duplex {
  readonly #link: StreamLink

  constructor(link: StreamLink) {
    super({ allowHalfOpen: true, readableHighWaterMark: READ_AHEAD, writableHighWaterMark: WRITE_AHEAD })
    this.#link = link
    // A reset may come before the consumer listens, and must not end the process.
    this.on('error', ignore)
  }

  get id(): number {
    return this.#link.id
  }

  /** Payload bytes that arrived, whether taken or not. */
  get bytesRead(): number {
    return this.#link.bytesReceived
  }

  /** Payload bytes handed to the channel. */
  get bytesWritten(): number {
    return this.#link.bytesSent
  }

  /** Every way to consume comes through here, so that what was taken can be granted again at once. */
  override read(size?: number): unknown {
    const taken: unknown = super.read(size)
    this.#link.credit()
    return taken
  }

  override _read(): void {
    this.#link.pull()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#link.write([chunk], done)
  }

  override _writev(writes: Array<{ chunk: Buffer }>, done: Done): void {
    this.#link.write(
      writes.map((write) => write.chunk),
      done,
    )
  }

  override _final(done: Done): void {
    this.#link.finish(done)
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#link.release(error)
    done(error)
  }
}

function ignore(): void {}
