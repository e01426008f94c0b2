import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TransportError } from '../errors.ts'
import { MuxStream } from '../mux/stream.ts'
import type { ByteChannel, ByteReceiver, WritePiece } from './byte-channel.ts'

/** The bytes of any Duplex as they are: TCP, TLS, a stream of another session, a pair in memory. It takes the Duplex over. */
export function duplexChannel(duplex: Duplex): ByteChannel {
  return new DuplexChannel(duplex)
}

class DuplexChannel implements ByteChannel {
  readonly headroom = 0
  readonly #duplex: Duplex
  /** These have copied or sent what they took when they say so; others may hand the same buffer to their reader. */
  readonly #reusable: boolean
  #receiver: ByteReceiver | null = null
  #error: Error | null = null
  #closed = false
  #peerEnded = false

  constructor(duplex: Duplex) {
    this.#duplex = duplex
    this.#reusable = duplex instanceof Socket || duplex instanceof MuxStream
    duplex.on('error', (error) => {
      this.#error ??= error
    })
    duplex.on('close', () => this.#onClose())
  }

  start(receiver: ByteReceiver): void {
    this.#receiver = receiver
    if (this.#duplex.destroyed) {
      process.nextTick(() => this.#onClose())
      return
    }
    this.#duplex.on('data', (chunk: Buffer) => receiver.onData(chunk, 0, chunk.length))
    this.#duplex.on('end', () => {
      this.#peerEnded = true
      receiver.onEnd()
    })
  }

  write(piece: WritePiece, taken: () => void): void {
    const payload = piece.buffer.subarray(piece.start, piece.end)
    this.#duplex.write(this.#reusable ? payload : Buffer.from(payload), (error) => {
      if (error === null || error === undefined) taken()
    })
  }

  end(): void {
    this.#duplex.end()
  }

  destroy(error?: Error): void {
    this.#error ??= error ?? null
    this.#duplex.destroy()
  }

  #onClose(): void {
    if (this.#receiver === null || this.#closed) return
    this.#closed = true
    const orderly = this.#peerEnded || this.#duplex.writableFinished
    this.#receiver.onClose(this.#error ?? (orderly ? null : new TransportError('session_lost', 'the connection was cut')))
  }
}
