import { FrameType, HEADER_LENGTH } from './constants.ts'
import { type FrameHeader, readHeader } from './frame.ts'

/** What a {@link FrameDecoder} found, in the order of the wire. */
export interface FrameSink {
  /** A header that is well-formed on its own. A Data frame's payload follows in pieces. */
  onHeader(header: FrameHeader): void
  /** A piece of the current Data frame: a view of the chunk handed in, never a copy. */
  onPayload(header: FrameHeader, piece: Buffer): void
  /** The frame is complete; called for every frame, also those without payload. */
  onFrameEnd(header: FrameHeader): void
}

/**
 * Splits a byte stream into frames as it comes. It keeps at most one header: payload is handed on in whatever pieces it
 * arrives, so nothing is reassembled or copied. A decoder that threw stays failed.
 */
export class FrameDecoder {
  readonly #sink: FrameSink
  readonly #partial = new Uint8Array(HEADER_LENGTH)
  #partialLength = 0
  #current: FrameHeader | null = null
  #remaining = 0
  /** Where the bytes of the current `push` end. */
  #end = 0
  #failure: unknown = null

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Whether the bytes so far end exactly at the end of a frame. */
  get atFrameBoundary(): boolean {
    return this.#partialLength === 0 && this.#current === null
  }

  /**
   * Takes `chunk[start, end)`.
   *
   * @throws YamuxError, or whatever the sink threw; every later call throws the same
   */
  push(chunk: Buffer, start = 0, end = chunk.length): void {
    if (this.#failure !== null) throw this.#failure
    try {
      let offset = start
      while (offset < end) {
        this.#end = end
        offset = this.#current === null ? this.#takeHeader(chunk, offset) : this.#takePayload(chunk, offset)
      }
    } catch (thrown) {
      this.#failure = thrown
      throw thrown
    }
  }

  #takeHeader(chunk: Buffer, offset: number): number {
    if (this.#partialLength === 0 && this.#end - offset >= HEADER_LENGTH) {
      this.#begin(readHeader(chunk, offset))
      return offset + HEADER_LENGTH
    }
    const taken = Math.min(HEADER_LENGTH - this.#partialLength, this.#end - offset)
    this.#partial.set(chunk.subarray(offset, offset + taken), this.#partialLength)
    this.#partialLength += taken
    if (this.#partialLength === HEADER_LENGTH) {
      this.#partialLength = 0
      this.#begin(readHeader(this.#partial, 0))
    }
    return offset + taken
  }

  #begin(header: FrameHeader): void {
    this.#sink.onHeader(header)
    if (header.type === FrameType.data && header.length > 0) {
      this.#current = header
      this.#remaining = header.length
    } else {
      this.#sink.onFrameEnd(header)
    }
  }

  #takePayload(chunk: Buffer, offset: number): number {
    const header = this.#current
    const end = Math.min(this.#end, offset + this.#remaining)
    this.#remaining -= end - offset
    if (header === null) return end
    this.#sink.onPayload(header, offset === 0 && end === chunk.length ? chunk : chunk.subarray(offset, end))
    if (this.#remaining === 0) {
      this.#current = null
      this.#sink.onFrameEnd(header)
    }
    return end
  }
}
