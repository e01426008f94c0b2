import type { Duplex } from 'node:stream'

/** The other side closed, or the connection broke, before the bytes that were asked for came. */
export class InputClosed extends Error {
  override readonly name = 'InputClosed'
}

interface Waiter {
  readonly length: number
  readonly resolve: (bytes: Buffer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Reads exact numbers of bytes from a stream, for phases that ask and answer. The stream is paused while nobody asks, so that
 * nothing beyond what one read delivers is ever buffered. Ends with {@link detach}, which hands the stream to the next reader.
 */
export class ByteInput {
  readonly #stream: Duplex
  readonly #signal: AbortSignal
  #buffered: Buffer = Buffer.alloc(0)
  #waiter: Waiter | null = null
  #failure: Error | null = null

  /** Aborting the signal rejects what waits and what is asked for later, with the signal's reason. */
  constructor(stream: Duplex, signal: AbortSignal) {
    this.#stream = stream
    this.#signal = signal
    stream.on('data', this.#onData).on('end', this.#onClose).on('close', this.#onClose).on('error', this.#onError)
    signal.addEventListener('abort', this.#onAbort)
    stream.pause()
  }

  /** Bytes that came and that nobody took yet. */
  get buffered(): number {
    return this.#buffered.length
  }

  take(length: number): Promise<Buffer> {
    if (this.#signal.aborted) return Promise.reject(asError(this.#signal.reason))
    if (this.#buffered.length >= length) return Promise.resolve(this.#cut(length))
    if (this.#failure !== null) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiter = { length, resolve, reject }
      this.#stream.resume()
    })
  }

  /** Leaves the stream, paused, and returns what came too early for this phase. */
  detach(): Buffer {
    this.#stream.pause()
    this.#stream.off('data', this.#onData).off('end', this.#onClose).off('close', this.#onClose).off('error', this.#onError)
    this.#signal.removeEventListener('abort', this.#onAbort)
    const rest = this.#buffered
    this.#buffered = Buffer.alloc(0)
    return rest
  }

  /** Why nothing more will come; null while the stream is open. */
  get failure(): Error | null {
    return this.#failure
  }

  #cut(length: number): Buffer {
    const bytes = this.#buffered.subarray(0, length)
    this.#buffered = this.#buffered.subarray(length)
    return bytes
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk])
    const waiter = this.#waiter
    if (waiter === null || this.#buffered.length < waiter.length) return
    this.#stream.pause()
    this.#waiter = null
    waiter.resolve(this.#cut(waiter.length))
  }

  readonly #onClose = (): void => this.#fail(new InputClosed('the connection closed'))

  readonly #onError = (error: Error): void => this.#fail(new InputClosed('the connection broke', { cause: error }))

  readonly #onAbort = (): void => this.#reject(asError(this.#signal.reason))

  #fail(error: Error): void {
    this.#failure ??= error
    this.#reject(error)
  }

  #reject(error: unknown): void {
    const waiter = this.#waiter
    this.#waiter = null
    waiter?.reject(error)
  }
}

/** Reasons of signals may be plain data; whoever catches them still gets at it through `cause`. */
const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Aborted(reason))

/** Carries the reason of an aborted signal that is not an error itself. */
export class Aborted extends Error {
  override readonly name = 'Aborted'

  constructor(reason: unknown) {
    super('aborted', { cause: reason })
  }
}
