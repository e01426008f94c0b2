import { ProtocolViolation } from './violation.ts'

const NUL = 0

/** Reads the fields of one message body. Every read is checked against the end of the body first. */
export class BodyReader {
  readonly #buffer: Buffer
  readonly #end: number
  #at: number

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.#buffer = buffer
    this.#at = start
    this.#end = end
  }

  get remaining(): number {
    return this.#end - this.#at
  }

  /** Where in the buffer the next field starts. */
  get position(): number {
    return this.#at
  }

  #advance(length: number): number {
    if (length > this.#end - this.#at) throw new ProtocolViolation('message is shorter than its fields')
    const from = this.#at
    this.#at += length
    return from
  }

  byte(): number {
    return this.#buffer.readUInt8(this.#advance(1))
  }

  /** Int16 as an unsigned count: PostgreSQL allows 65,535 parameters. */
  count16(): number {
    return this.#buffer.readUInt16BE(this.#advance(2))
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#advance(4))
  }

  /** A view, not a copy. */
  bytes(length: number): Buffer {
    if (length < 0) throw new ProtocolViolation('negative length')
    const from = this.#advance(length)
    return this.#buffer.subarray(from, from + length)
  }

  /** The bytes of a String field without its terminating NUL; a view, not a copy. */
  cstring(): Buffer {
    const nul = this.#buffer.indexOf(NUL, this.#at)
    if (nul < 0 || nul >= this.#end) throw new ProtocolViolation('string is not terminated')
    const from = this.#at
    this.#at = nul + 1
    return this.#buffer.subarray(from, nul)
  }

  /** Everything that is left. */
  rest(): Buffer {
    return this.bytes(this.remaining)
  }

  end(): void {
    if (this.#at !== this.#end) throw new ProtocolViolation('message is longer than its fields')
  }
}
