import { HEADER_LENGTH } from './messages.ts'
import { ProtocolViolation } from './violation.ts'

/** How a message is read: passed without a look, handed over whole, or handed over in parts as it passes. */
export const READ_NOTHING = 0
export const READ_WHOLE = 1
export const READ_PARTS = 2
export type Reading = typeof READ_NOTHING | typeof READ_WHOLE | typeof READ_PARTS

/** A part of a buffer: `start` up to, not including, `end`. */
export interface Span {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

/** What a {@link FrameScanner} asks about the messages that it finds, and where the bytes go. */
export interface FrameRules {
  /**
   * Called once a header is known, before a byte of the body is kept. Throws {@link ProtocolViolation} for a type or length
   * that is not allowed here. What is read whole is buffered when it comes in pieces: the rules bound its length.
   */
  admit(type: number, bodyLength: number): Reading
  /** A whole body. True lets the message pass as it is, false drops it, a buffer goes in its place. */
  whole(type: number, body: Span): boolean | Buffer
  /** The next part of a body, already on its way; `left` bytes of it are still to come. */
  part(type: number, body: Span, left: number): void
  /** Bytes to pass on, in order. */
  pass(bytes: Buffer): void
}

const SMALLEST_HOLD = 1024

/**
 * Finds the messages in a stream of chunks and lets untouched bytes pass as views of the chunk they came in. Only a split
 * header and messages that are read whole are ever kept. After an error it must not be used again.
 */
export class FrameScanner {
  readonly #rules: FrameRules
  #type = 0
  /** Bytes to come of a body that is passing. */
  #left = 0
  #reading: Reading = READ_NOTHING
  /** A split header, or a message that is read whole, until it is complete. */
  #held: Buffer = Buffer.alloc(0)
  #heldLength = 0

  constructor(rules: FrameRules) {
    this.#rules = rules
  }

  /** Bytes that are still to come of a message of which the beginning has passed. */
  get left(): number {
    return this.#left
  }

  /** True if what was passed on ends with the end of a message. */
  get passedAtBoundary(): boolean {
    return this.#left === 0
  }

  /** True if the last byte that came in was the end of a message. */
  get receivedAtBoundary(): boolean {
    return this.#left === 0 && this.#heldLength === 0
  }

  push(chunk: Buffer): void {
    const end = chunk.length
    let at = this.#heldLength === 0 ? 0 : this.#continueHeld(chunk)
    let passFrom = at
    while (at < end) {
      if (this.#left > 0) {
        at = this.#passBody(chunk, at)
        continue
      }
      if (end - at < HEADER_LENGTH) {
        this.#hold(chunk, at, HEADER_LENGTH)
        break
      }
      const bodyLength = this.#bodyLength(chunk, at + 1)
      const bodyStart = at + HEADER_LENGTH
      const reading = this.#rules.admit(chunk[at]!, bodyLength)
      if (reading !== READ_WHOLE) {
        this.#startBody(chunk[at]!, bodyLength, reading)
        at = bodyStart
        continue
      }
      const bodyEnd = bodyStart + bodyLength
      if (bodyEnd > end) {
        this.#hold(chunk, at, HEADER_LENGTH + bodyLength)
        break
      }
      const verdict = this.#rules.whole(chunk[at]!, { buffer: chunk, start: bodyStart, end: bodyEnd })
      if (verdict !== true) {
        this.#pass(chunk, passFrom, at)
        if (verdict !== false) this.#rules.pass(verdict)
        passFrom = bodyEnd
      }
      at = bodyEnd
    }
    this.#pass(chunk, passFrom, at)
  }

  #pass(chunk: Buffer, start: number, end: number): void {
    if (end <= start) return
    this.#rules.pass(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end))
  }

  #bodyLength(buffer: Buffer, at: number): number {
    const length = buffer.readInt32BE(at)
    if (length < 4) throw new ProtocolViolation('length of a message is less than its own size')
    return length - 4
  }

  #startBody(type: number, bodyLength: number, reading: Reading): void {
    this.#type = type
    this.#left = bodyLength
    this.#reading = reading
  }

  #passBody(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left)
    this.#left -= end - at
    if (this.#reading === READ_PARTS) this.#rules.part(this.#type, { buffer: chunk, start: at, end }, this.#left)
    return end
  }

  /** Keeps what is left of the chunk. `total` is only a hint for the size of the buffer; it grows with what really comes. */
  #hold(chunk: Buffer, at: number, total: number): void {
    const length = chunk.length - at
    const size = Math.min(total, Math.max(SMALLEST_HOLD, length * 2))
    if (this.#held.length < size) this.#held = Buffer.allocUnsafe(size)
    chunk.copy(this.#held, 0, at)
    this.#heldLength = length
  }

  /** Moves bytes of the chunk to the held ones until there are `total`. Returns where it stopped. */
  #fill(chunk: Buffer, at: number, total: number): number {
    const end = Math.min(chunk.length, at + total - this.#heldLength)
    const needed = this.#heldLength + end - at
    if (this.#held.length < needed) {
      const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#held.length * 2), Math.max(total, HEADER_LENGTH)))
      this.#held.copy(grown, 0, 0, this.#heldLength)
      this.#held = grown
    }
    chunk.copy(this.#held, this.#heldLength, at, end)
    this.#heldLength = needed
    return end
  }

  /** Completes the held message with the beginning of the chunk. Returns where the rest of the chunk starts. */
  #continueHeld(chunk: Buffer): number {
    let at = 0
    let known = this.#heldLength >= HEADER_LENGTH
    if (!known) {
      at = this.#fill(chunk, at, HEADER_LENGTH)
      if (this.#heldLength < HEADER_LENGTH) return at
    }
    const type = this.#held[0]!
    const bodyLength = this.#bodyLength(this.#held, 1)
    if (!known) {
      const reading = this.#rules.admit(type, bodyLength)
      known = true
      if (reading !== READ_WHOLE) {
        const header = Buffer.from(this.#held.subarray(0, HEADER_LENGTH))
        this.#release()
        this.#startBody(type, bodyLength, reading)
        this.#rules.pass(header)
        return at
      }
    }
    const total = HEADER_LENGTH + bodyLength
    at = this.#fill(chunk, at, total)
    if (this.#heldLength < total) return at
    const message = this.#held.subarray(0, total)
    this.#release()
    const verdict = this.#rules.whole(type, { buffer: message, start: HEADER_LENGTH, end: total })
    if (verdict === true) this.#rules.pass(message)
    else if (verdict !== false) this.#rules.pass(verdict)
    return at
  }

  #release(): void {
    this.#held = EMPTY
    this.#heldLength = 0
  }
}

const EMPTY = Buffer.alloc(0)
