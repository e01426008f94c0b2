import { FIN_BIT, MASK_BIT, MAX_CONTROL_PAYLOAD, MAX_HEADER_LENGTH, Opcode } from './frame-header.ts'

/** RFC 6455 §7.4.1. */
export type CloseCode = 1000 | 1002 | 1003 | 1009

export class WebSocketError extends Error {
  readonly closeCode: CloseCode

  constructor(closeCode: CloseCode, message: string) {
    super(message)
    this.name = 'WebSocketError'
    this.closeCode = closeCode
  }
}

export interface WebSocketSink {
  /** `chunk[start, end)` is payload of binary messages, in order. Where messages begin and end means nothing to us. */
  onPayload(chunk: Buffer, start: number, end: number): void
  onPing(payload: Buffer): void
  onCloseFrame(payload: Buffer): void
}

export interface WebSocketDecoderOptions {
  /** A server gets masked frames only, a client unmasked ones only (RFC 6455 §5.1). */
  readonly masked: boolean
  /** Payload bytes of one message, all its fragments together. */
  readonly maxMessageLength: number
}

/**
 * Takes the bytes of binary messages out of WebSocket frames as they come: nothing is reassembled, payload is handed on in
 * whatever pieces it arrives. A decoder that threw stays failed.
 */
export class WebSocketDecoder {
  readonly #sink: WebSocketSink
  readonly #options: WebSocketDecoderOptions
  readonly #header = Buffer.alloc(MAX_HEADER_LENGTH)
  #headerFilled = 0
  #headerNeeded = 2
  #opcode = 0
  #final = false
  #inPayload = false
  #remaining = 0
  #mask: number[] | null = null
  #maskOffset = 0
  #messageLength = 0
  #messageOpen = false
  #control: Buffer[] = []
  #failure: unknown = null

  constructor(sink: WebSocketSink, options: WebSocketDecoderOptions) {
    this.#sink = sink
    this.#options = options
  }

  /** @throws WebSocketError, or whatever the sink threw; every later call throws the same */
  push(chunk: Buffer): void {
    if (this.#failure !== null) throw this.#failure
    try {
      let offset = 0
      while (offset < chunk.length) {
        offset = this.#inPayload ? this.#takePayload(chunk, offset) : this.#takeHeader(chunk, offset)
      }
    } catch (thrown) {
      this.#failure = thrown
      throw thrown
    }
  }

  #takeHeader(chunk: Buffer, offset: number): number {
    const taken = Math.min(this.#headerNeeded - this.#headerFilled, chunk.length - offset)
    chunk.copy(this.#header, this.#headerFilled, offset, offset + taken)
    this.#headerFilled += taken
    if (this.#headerFilled === 2) this.#judgeStart()
    if (this.#headerFilled === this.#headerNeeded) this.#begin()
    return offset + taken
  }

  /** The first two bytes say how long the header is. */
  #judgeStart(): void {
    const first = this.#header[0]!
    const second = this.#header[1]!
    if ((first & 0x70) !== 0) throw new WebSocketError(1002, 'a reserved bit is set')
    const masked = (second & MASK_BIT) !== 0
    if (masked !== this.#options.masked) throw new WebSocketError(1002, masked ? 'a masked frame' : 'a frame without mask')
    const length = second & 0x7f
    this.#opcode = first & 0x0f
    this.#final = (first & FIN_BIT) !== 0
    if (this.#opcode >= Opcode.close && (!this.#final || length > MAX_CONTROL_PAYLOAD)) {
      throw new WebSocketError(1002, 'a control frame that is fragmented or too long')
    }
    this.#headerNeeded = 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (masked ? 4 : 0)
  }

  #begin(): void {
    const length = this.#readLength()
    this.#mask = this.#readMask()
    this.#maskOffset = 0
    this.#judgeOpcode(length)
    this.#headerFilled = 0
    this.#headerNeeded = 2
    this.#remaining = length
    this.#inPayload = true
    if (length === 0) this.#finishFrame()
  }

  #readLength(): number {
    const short = this.#header[1]! & 0x7f
    if (short < 126) return short
    if (short === 126) {
      const length = this.#header.readUInt16BE(2)
      if (length < 126) throw new WebSocketError(1002, 'a length that is not in its shortest form')
      return length
    }
    const high = this.#header.readUInt32BE(2)
    const low = this.#header.readUInt32BE(6)
    if (high === 0 && low < 65_536) throw new WebSocketError(1002, 'a length that is not in its shortest form')
    return high * 0x1_0000_0000 + low
  }

  #readMask(): number[] | null {
    if (!this.#options.masked) return null
    const key = this.#header.subarray(this.#headerNeeded - 4, this.#headerNeeded)
    return key.every((byte) => byte === 0) ? null : [...key]
  }

  #judgeOpcode(length: number): void {
    switch (this.#opcode) {
      case Opcode.binary:
        if (this.#messageOpen) throw new WebSocketError(1002, 'a message begins inside another')
        this.#messageLength = 0
        break
      case Opcode.continuation:
        if (!this.#messageOpen) throw new WebSocketError(1002, 'a continuation of nothing')
        break
      case Opcode.close:
      case Opcode.ping:
      case Opcode.pong:
        return
      case Opcode.text:
        throw new WebSocketError(1003, 'only binary messages are spoken here')
      default:
        throw new WebSocketError(1002, `opcode ${this.#opcode}`)
    }
    this.#messageLength += length
    if (this.#messageLength > this.#options.maxMessageLength) throw new WebSocketError(1009, 'a message that is too long')
    this.#messageOpen = !this.#final
  }

  #takePayload(chunk: Buffer, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#remaining)
    this.#remaining -= end - offset
    if (this.#mask !== null) this.#unmask(chunk.subarray(offset, end), this.#mask)
    if (this.#opcode < Opcode.close) this.#sink.onPayload(chunk, offset, end)
    else this.#control.push(Buffer.from(chunk.subarray(offset, end)))
    if (this.#remaining === 0) this.#finishFrame()
    return end
  }

  #unmask(piece: Buffer, mask: readonly number[]): void {
    for (let index = 0; index < piece.length; index += 1) piece[index]! ^= mask[(this.#maskOffset + index) & 3]!
    this.#maskOffset = (this.#maskOffset + piece.length) & 3
  }

  #finishFrame(): void {
    this.#inPayload = false
    if (this.#opcode < Opcode.close) return
    const payload = Buffer.concat(this.#control)
    this.#control = []
    if (this.#opcode === Opcode.ping) this.#sink.onPing(payload)
    else if (this.#opcode === Opcode.close) this.#sink.onCloseFrame(payload)
  }
}
