import type { Duplex } from 'node:stream'
import type { ByteChannel, ByteReceiver, WritePiece } from '../channel/byte-channel.ts'
import { TransportError } from '../errors.ts'
import { type CloseCode, WebSocketDecoder, WebSocketError } from './frame-decoder.ts'
import { MAX_HEADER_LENGTH, Opcode, headerLength, writeFrameHeader } from './frame-header.ts'

const MAX_MESSAGE_LENGTH = 16_777_216
/** What the socket may hold of answers to the peer's pings, bytes. */
const MAX_PENDING = 4_194_304
/** After both close frames the socket must go, milliseconds. */
const CLOSE_TIMEOUT_MS = 2_000

/**
 * An open WebSocket as a pipe of bytes: binary messages of RFC 6455, whose boundaries mean nothing. It frames straight
 * onto the socket, since each of our messages is one buffer with room for its header, and a TLS socket copies anything
 * that is more than one buffer.
 */
export class WebSocketChannel implements ByteChannel {
  readonly headroom = MAX_HEADER_LENGTH
  readonly #socket: Duplex
  readonly #isClient: boolean
  readonly #decoder: WebSocketDecoder
  #receiver: ByteReceiver | null = null
  #error: Error | null = null
  #closed = false
  #closeSent = false
  #closeReceived = false
  #timer: NodeJS.Timeout | null = null

  constructor(socket: Duplex, role: 'client' | 'server') {
    this.#socket = socket
    this.#isClient = role === 'client'
    this.#decoder = new WebSocketDecoder(
      {
        onPayload: (chunk, start, end) => this.#receiver?.onData(chunk, start, end),
        onPing: (payload) => this.#answerPing(payload),
        onCloseFrame: () => this.#onCloseFrame(),
      },
      { masked: role === 'server', maxMessageLength: MAX_MESSAGE_LENGTH },
    )
    socket.on('error', (error) => {
      this.#error ??= error
    })
    socket.on('close', () => this.#onClose())
  }

  start(receiver: ByteReceiver): void {
    this.#receiver = receiver
    if (this.#socket.destroyed) {
      process.nextTick(() => this.#onClose())
      return
    }
    this.#socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    this.#socket.on('end', () => this.#onEnd())
    this.#socket.resume()
  }

  write(piece: WritePiece, taken: () => void): void {
    const { buffer, start, end } = piece
    const frame = { opcode: Opcode.binary, length: end - start, masked: this.#isClient }
    const from = writeFrameHeader(buffer, start, frame)
    this.#socket.write(buffer.subarray(from, end), (error) => {
      if (error === null || error === undefined) taken()
    })
  }

  end(): void {
    this.#sendClose(1000)
    if (this.#closeReceived) this.#socket.end()
  }

  destroy(error?: Error): void {
    this.#error ??= error ?? null
    this.#socket.destroy()
  }

  #onData(chunk: Buffer): void {
    if (this.#closeReceived || this.#error !== null) return
    try {
      this.#decoder.push(chunk)
    } catch (thrown) {
      this.#refuse(thrown)
    }
  }

  #answerPing(payload: Buffer): void {
    if (this.#closeSent) return
    if (this.#socket.writableLength > MAX_PENDING) throw new WebSocketError(1002, 'more pings than answers are read')
    this.#sendControl(Opcode.pong, payload)
  }

  #onCloseFrame(): void {
    this.#closeReceived = true
    this.#receiver?.onEnd()
    this.#sendClose(1000)
    this.#socket.end()
  }

  #onEnd(): void {
    if (!this.#closeReceived) this.#receiver?.onEnd()
    this.#socket.end()
  }

  /** The peer broke RFC 6455 (§7.1.7: fail the connection), or a consumer failed. */
  #refuse(thrown: unknown): void {
    const broken = thrown instanceof WebSocketError
    this.#sendClose(broken ? thrown.closeCode : 1000)
    this.#error ??= new TransportError('protocol_error', 'the WebSocket connection failed', { cause: thrown })
    this.#socket.end()
  }

  #sendClose(code: CloseCode): void {
    if (this.#closeSent) return
    this.#closeSent = true
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(code)
    this.#sendControl(Opcode.close, payload)
    this.#timer = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS)
    this.#timer.unref()
  }

  #sendControl(opcode: number, payload: Buffer): void {
    if (!this.#socket.writable) return
    const start = headerLength(payload.length, this.#isClient)
    const frame = Buffer.allocUnsafe(start + payload.length)
    writeFrameHeader(frame, start, { opcode, length: payload.length, masked: this.#isClient })
    payload.copy(frame, start)
    this.#socket.write(frame)
  }

  #onClose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#receiver === null || this.#closed) return
    this.#closed = true
    const orderly = this.#closeReceived || this.#closeSent
    this.#receiver.onClose(this.#error ?? (orderly ? null : new TransportError('session_lost', 'the connection was cut')))
  }
}
