/**
 * Cutting what is too long to be kept in an activity record. A cut text says how long the whole was and carries its digest, so
 * that a copy found elsewhere can be matched with the record.
 */
import { createHash, type Hash } from 'node:crypto'
import type { ClippedText } from './activity.ts'

/** Most bytes that one UTF-16 code unit takes in JSON encoded as UTF-8: a control character written as `\u0001`. */
const LARGEST_ENCODED_UNIT = 6

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** The first `limit` code units, one less where the cut would fall inside a surrogate pair. */
const cutAt = (text: string, limit: number): string =>
  text.slice(0, limit > 0 && isHighSurrogate(text.charCodeAt(limit - 1)) ? limit - 1 : limit)

/** Bytes that a text takes in an encoded record. */
export const encodedLength = (text: string): number => Buffer.byteLength(JSON.stringify(text))

/** The longest beginning of a text with at most `limit` code units and about `2 * limit` bytes once encoded. */
const beginning = (text: string, limit: number): string => {
  let kept = text.length > limit ? cutAt(text, limit) : text
  while (kept.length * LARGEST_ENCODED_UNIT > 2 * limit) {
    const size = encodedLength(kept)
    if (size <= 2 * limit) break
    kept = cutAt(kept, Math.floor((kept.length * 2 * limit) / size) - 1)
  }
  return kept
}

/**
 * Keeps at most `limit` UTF-16 code units of a text, and so many that they take at most `2 * limit` bytes in a record.
 * When it cuts, `length` counts the code units of the whole and `sha256` is the digest of its UTF-8 bytes.
 */
export const clip = (text: string, limit: number): ClippedText => {
  const kept = beginning(text, limit)
  if (kept.length === text.length) return { text }
  return { text: kept, clipped: { length: text.length, sha256: createHash('sha256').update(text).digest('base64url') } }
}

/** Bytes of which the base64 form has at most `limit` characters. */
const bytesForBase64 = (limit: number): number => Math.floor(limit / 4) * 3

/**
 * Keeps bytes as base64 of at most `limit` characters. When it cuts, `length` counts the bytes of the whole and `sha256` is
 * the digest of those bytes.
 */
export const clipBytes = (bytes: Buffer, limit: number): ClippedText => {
  const most = bytesForBase64(limit)
  if (bytes.length <= most) return { text: bytes.toString('base64') }
  return {
    text: bytes.toString('base64', 0, most),
    clipped: { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('base64url') },
  }
}

/** {@link clip} for a text that arrives in pieces and is never held whole. */
export class TextClipper {
  readonly #limit: number
  readonly #hash: Hash = createHash('sha256')
  #kept = ''
  #length = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  append(piece: string): void {
    this.#length += piece.length
    this.#hash.update(piece)
    if (this.#kept.length < this.#limit) this.#kept += piece.slice(0, this.#limit + 1 - this.#kept.length)
  }

  finish(): ClippedText {
    const text = beginning(this.#kept, this.#limit)
    if (text.length === this.#length) return { text }
    return { text, clipped: { length: this.#length, sha256: this.#hash.digest('base64url') } }
  }
}

/** {@link clipBytes} for bytes that arrive in pieces and are never held whole. */
export class BytesClipper {
  readonly #most: number
  readonly #hash: Hash = createHash('sha256')
  readonly #kept: Buffer[] = []
  #keptLength = 0
  #length = 0

  constructor(limit: number) {
    this.#most = bytesForBase64(limit)
  }

  append(piece: Buffer): void {
    this.#length += piece.length
    this.#hash.update(piece)
    if (this.#keptLength >= this.#most) return
    const part = Buffer.from(piece.subarray(0, this.#most - this.#keptLength))
    this.#kept.push(part)
    this.#keptLength += part.length
  }

  finish(): ClippedText {
    const text = Buffer.concat(this.#kept).toString('base64')
    if (this.#keptLength === this.#length) return { text }
    return { text, clipped: { length: this.#length, sha256: this.#hash.digest('base64url') } }
  }
}
