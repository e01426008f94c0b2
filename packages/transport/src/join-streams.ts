import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { TransportError } from './errors.ts'

/** A piece of this length is mostly one of many, bytes. */
const BULK_LENGTH = 8_192

export interface JoinOptions {
  /** Destroys both ends when it aborts; the reason becomes the result's error. */
  readonly signal?: AbortSignal
}

export interface JoinResult {
  /** Payload bytes handed on from the first stream to the second, and the other way. */
  readonly bytesForward: number
  readonly bytesBackward: number
  /** null: both sides ended in good order. */
  readonly error: Error | null
}

/**
 * Copies both ways until both sides ended. The end of one side is passed on as a half-close; an error or early close of one
 * destroys the other, so that a cut transfer never looks complete. Never rejects; both streams are closed afterwards.
 */
export function joinStreams(first: Duplex, second: Duplex, options: JoinOptions = {}): Promise<JoinResult> {
  return new Promise((resolve) => new Join(first, second, { ...options, resolve }).start())
}

class Join {
  readonly #first: Duplex
  readonly #second: Duplex
  readonly #signal: AbortSignal | null
  readonly #resolve: (result: JoinResult) => void
  readonly #forward: OneWay
  readonly #backward: OneWay
  #error: Error | null = null
  #open = 2

  constructor(first: Duplex, second: Duplex, options: JoinOptions & { resolve: (result: JoinResult) => void }) {
    this.#first = first
    this.#second = second
    this.#signal = options.signal ?? null
    this.#resolve = options.resolve
    this.#forward = new OneWay(first, second)
    this.#backward = new OneWay(second, first)
  }

  start(): void {
    this.#watch(this.#first)
    this.#watch(this.#second)
    this.#signal?.addEventListener('abort', this.#onAbort)
    if (this.#signal?.aborted === true) {
      this.#onAbort()
    } else {
      this.#forward.start()
      this.#backward.start()
    }
  }

  #watch(stream: Duplex): void {
    stream.on('error', (error) => this.#fail(error))
    if (stream.closed) process.nextTick(() => this.#onClose(stream))
    else stream.once('close', () => this.#onClose(stream))
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal?.reason
    this.#fail(reason instanceof Error ? reason : new TransportError('aborted', 'the connection was ended', { cause: reason }))
  }

  #onClose(stream: Duplex): void {
    const complete = stream.readableEnded && stream.writableFinished
    if (!complete) this.#fail(new TransportError('stream_closed', 'one side of the connection closed before its end'))
    this.#open -= 1
    if (this.#open > 0) return
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#resolve({ bytesForward: this.#forward.bytes, bytesBackward: this.#backward.bytes, error: this.#error })
  }

  #fail(error: Error): void {
    this.#error ??= error
    cut(this.#first)
    cut(this.#second)
  }
}

/** One direction of a {@link Join}. */
class OneWay {
  readonly #from: Duplex
  readonly #to: Duplex
  #corked = false
  bytes = 0

  constructor(from: Duplex, to: Duplex) {
    this.#from = from
    this.#to = to
  }

  start(): void {
    this.#to.on('drain', () => this.#from.resume())
    this.#from.on('end', () => this.#to.end())
    this.#from.on('data', (chunk: Buffer) => this.#onData(chunk))
    // Both streams may be paused, from before.
    this.#from.resume()
  }

  /** Bulk that arrives within one turn of the event loop leaves as one write; anything small leaves at once. */
  #onData(chunk: Buffer): void {
    this.bytes += chunk.length
    if (!this.#corked && chunk.length >= BULK_LENGTH) {
      this.#corked = true
      this.#to.cork()
      setImmediate(this.#uncork)
    }
    if (!this.#to.write(chunk)) this.#from.pause()
  }

  readonly #uncork = (): void => {
    this.#corked = false
    this.#to.uncork()
  }
}

/** Ends a stream so that its other end can tell it from a complete one: RST instead of FIN on TCP. */
function cut(stream: Duplex): void {
  if (stream.destroyed) return
  // A unix socket or named pipe has no reset, and no address either.
  const resettable = stream instanceof Socket && !(stream instanceof TLSSocket) && stream.remoteAddress !== undefined
  if (resettable) stream.resetAndDestroy()
  else stream.destroy()
}
