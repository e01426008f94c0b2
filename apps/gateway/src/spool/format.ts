/**
 * The spool's files. A segment is a header and then frames; a frame holds the records that one write brought, as JSON lines.
 *
 *     segment   0          8               24           32              64
 *               +----------+---------------+------------+---------------+---------
 *               | SPSPOOL1 | stream (UUID) | first u64  | salt          | frames …
 *               +----------+---------------+------------+---------------+---------
 *     frame     0            4           8           16           24          28
 *               +------------+-----------+-----------+------------+-----------+------------
 *               | length u32 | count u32 | first u64 | offset u64 | crc32 u32 | ciphertext
 *               +------------+-----------+-----------+------------+-----------+------------
 *
 * Numbers are big endian; `length` counts the ciphertext; the checksum covers the header before it and the ciphertext.
 *
 * At rest the lines are under AES-256-CTR with a key of that segment alone: HKDF-SHA-256 of the spool key, with the salt, over
 * the header's first 32 bytes. `offset` is the place in the key stream, which only moves forward, also past a write that failed,
 * so that no part of it is used twice. This keeps a copy of the spool (a backup, a lost disk) unreadable. It claims no integrity
 * against somebody who writes in the state folder, since the keys lie there, too; the checksum finds torn writes. A mode that
 * authenticates each frame was measured at twelve times the processor time of this one for a frame of one record, which is what
 * a single busy connection makes.
 */
import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv, hkdfSync } from 'node:crypto'
import { crc32 } from 'node:zlib'

export const SEGMENT_HEADER_LENGTH = 64
export const FRAME_HEADER_LENGTH = 28
export const SALT_LENGTH = 32
export const SPOOL_KEY_LENGTH = 32
/** Longest ciphertext that a reader accepts, in bytes. */
export const MAX_FRAME_LENGTH = 16 * 1024 * 1024

const MAGIC = Buffer.from('SPSPOOL1', 'latin1')
const STREAM_OFFSET = 8
const FIRST_OFFSET = 24
const SALT_OFFSET = 32
const CHECKSUM_OFFSET = 24
const ALGORITHM = 'aes-256-ctr'
const BLOCK = 16

export interface SegmentHeader {
  readonly stream: string
  /** Number of the segment's first record. */
  readonly first: number
  readonly salt: Buffer
}

export interface FrameHeader {
  readonly length: number
  readonly count: number
  readonly first: number
}

export const encodeSegmentHeader = (header: SegmentHeader): Buffer => {
  const bytes = Buffer.alloc(SEGMENT_HEADER_LENGTH)
  MAGIC.copy(bytes)
  Buffer.from(header.stream.replaceAll('-', ''), 'hex').copy(bytes, STREAM_OFFSET)
  bytes.writeBigUInt64BE(BigInt(header.first), FIRST_OFFSET)
  header.salt.copy(bytes, SALT_OFFSET)
  return bytes
}

/** null: these are not the first bytes of a segment. */
export const decodeSegmentHeader = (bytes: Buffer): SegmentHeader | null => {
  if (bytes.length < SEGMENT_HEADER_LENGTH || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null
  const first = Number(bytes.readBigUInt64BE(FIRST_OFFSET))
  if (!Number.isSafeInteger(first)) return null
  const hex = bytes.toString('hex', STREAM_OFFSET, FIRST_OFFSET)
  const stream = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  return { stream, first, salt: Buffer.from(bytes.subarray(SALT_OFFSET, SEGMENT_HEADER_LENGTH)) }
}

/** null: no frame of ours begins like this. */
export const decodeFrameHeader = (bytes: Buffer): FrameHeader | null => {
  const length = bytes.readUInt32BE(0)
  const first = Number(bytes.readBigUInt64BE(8))
  if (length === 0 || length > MAX_FRAME_LENGTH || !Number.isSafeInteger(first)) return null
  return { length, count: bytes.readUInt32BE(4), first }
}

export const segmentKey = (spoolKey: Buffer, header: SegmentHeader): Buffer =>
  Buffer.from(hkdfSync('sha256', spoolKey, header.salt, encodeSegmentHeader(header).subarray(0, SALT_OFFSET), SPOOL_KEY_LENGTH))

/** Makes the frames of one segment. The key stream goes on from frame to frame, whatever becomes of them. */
export class FrameSealer {
  readonly #cipher: Cipheriv
  #offset = 0

  constructor(key: Buffer) {
    this.#cipher = createCipheriv(ALGORITHM, key, Buffer.alloc(BLOCK))
  }

  /** The whole frame in one buffer, ready for one write. */
  seal(plaintext: Buffer, place: Omit<FrameHeader, 'length'>): Buffer {
    const frame = Buffer.allocUnsafe(FRAME_HEADER_LENGTH + plaintext.length)
    frame.writeUInt32BE(plaintext.length, 0)
    frame.writeUInt32BE(place.count, 4)
    frame.writeBigUInt64BE(BigInt(place.first), 8)
    frame.writeBigUInt64BE(BigInt(this.#offset), 16)
    this.#offset += plaintext.length
    this.#cipher.update(plaintext).copy(frame, FRAME_HEADER_LENGTH)
    frame.writeUInt32BE(checksum(frame, frame.subarray(FRAME_HEADER_LENGTH)), CHECKSUM_OFFSET)
    return frame
  }
}

const checksum = (header: Buffer, ciphertext: Buffer): number => crc32(ciphertext, crc32(header.subarray(0, CHECKSUM_OFFSET)))

/** Opens the frames of one segment; those that follow each other share a cipher. */
export class FrameOpener {
  readonly #key: Buffer
  #decipher: Decipheriv | null = null
  /** Place in the key stream at which the decipher stands. */
  #offset = 0n

  constructor(key: Buffer) {
    this.#key = key
  }

  /** The JSON lines of a frame; null if it is not what was written. */
  open(header: Buffer, ciphertext: Buffer): Buffer | null {
    if (header.readUInt32BE(CHECKSUM_OFFSET) !== checksum(header, ciphertext)) return null
    const offset = header.readBigUInt64BE(16)
    const decipher = this.#decipher !== null && offset === this.#offset ? this.#decipher : this.#decipherAt(offset)
    this.#offset = offset + BigInt(ciphertext.length)
    return decipher.update(ciphertext)
  }

  #decipherAt(offset: bigint): Decipheriv {
    const counter = Buffer.alloc(BLOCK)
    counter.writeBigUInt64BE(offset / BigInt(BLOCK), BLOCK / 2)
    const decipher = createDecipheriv(ALGORITHM, this.#key, counter)
    decipher.update(Buffer.alloc(Number(offset % BigInt(BLOCK))))
    this.#decipher = decipher
    return decipher
  }
}
