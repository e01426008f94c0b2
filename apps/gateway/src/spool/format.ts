/**
 * The spool's files. A segment is a header and then frames; a frame holds the records that one write brought, as JSON lines,
 * sealed by AES-256-GCM under a key of that segment alone.
 *
 *     segment   0          8               24           32              64
 *               +----------+---------------+------------+---------------+---------
 *               | SPSPOOL1 | stream (UUID) | first u64  | salt          | frames …
 *               +----------+---------------+------------+---------------+---------
 *     frame     0            4           8           16             20
 *               +------------+-----------+-----------+--------------+------------------
 *               | length u32 | count u32 | first u64 | sequence u32 | ciphertext ‖ tag
 *               +------------+-----------+-----------+--------------+------------------
 *
 * Numbers are big endian; `length` counts ciphertext and tag. Segment key: HKDF-SHA-256 of the spool key, with the salt, over
 * the header's first 32 bytes. Nonce: 8 zero bytes and the sequence, which grows with each *attempt* to write a frame, so that
 * no nonce comes twice even where a failed write is repeated. The frame's 20 bytes are associated data.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

export const SEGMENT_HEADER_LENGTH = 64
export const FRAME_HEADER_LENGTH = 20
export const TAG_LENGTH = 16
export const SALT_LENGTH = 32
export const SPOOL_KEY_LENGTH = 32
/** Longest ciphertext with its tag that a reader accepts, in bytes. */
export const MAX_FRAME_LENGTH = 16 * 1024 * 1024

const MAGIC = Buffer.from('SPSPOOL1', 'latin1')
const STREAM_OFFSET = 8
const FIRST_OFFSET = 24
const SALT_OFFSET = 32
const ALGORITHM = 'aes-256-gcm'
const NONCE_LENGTH = 12
const NONCE_SEQUENCE_OFFSET = 8

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
  readonly sequence: number
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
  if (length < TAG_LENGTH || length > MAX_FRAME_LENGTH || !Number.isSafeInteger(first)) return null
  return { length, count: bytes.readUInt32BE(4), first, sequence: bytes.readUInt32BE(16) }
}

export const segmentKey = (spoolKey: Buffer, header: SegmentHeader): Buffer =>
  Buffer.from(hkdfSync('sha256', spoolKey, header.salt, encodeSegmentHeader(header).subarray(0, SALT_OFFSET), SPOOL_KEY_LENGTH))

const nonceOf = (sequence: number): Buffer => {
  const nonce = Buffer.alloc(NONCE_LENGTH)
  nonce.writeUInt32BE(sequence, NONCE_SEQUENCE_OFFSET)
  return nonce
}

/** The whole frame in one buffer, ready for one write. */
export const sealFrame = (key: Buffer, plaintext: Buffer, place: Omit<FrameHeader, 'length'>): Buffer => {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_LENGTH + plaintext.length + TAG_LENGTH)
  frame.writeUInt32BE(plaintext.length + TAG_LENGTH, 0)
  frame.writeUInt32BE(place.count, 4)
  frame.writeBigUInt64BE(BigInt(place.first), 8)
  frame.writeUInt32BE(place.sequence, 16)
  const cipher = createCipheriv(ALGORITHM, key, nonceOf(place.sequence), { authTagLength: TAG_LENGTH })
  cipher.setAAD(frame.subarray(0, FRAME_HEADER_LENGTH))
  cipher.update(plaintext).copy(frame, FRAME_HEADER_LENGTH)
  cipher.final()
  cipher.getAuthTag().copy(frame, FRAME_HEADER_LENGTH + plaintext.length)
  return frame
}

/** The JSON lines of a frame; null if it is not what was written. `header` is its 20 bytes, `body` ciphertext and tag. */
export const openFrame = (key: Buffer, header: Buffer, body: Buffer): Buffer | null => {
  const decipher = createDecipheriv(ALGORITHM, key, nonceOf(header.readUInt32BE(16)), { authTagLength: TAG_LENGTH })
  decipher.setAAD(header.subarray(0, FRAME_HEADER_LENGTH))
  decipher.setAuthTag(body.subarray(body.length - TAG_LENGTH))
  try {
    const plaintext = decipher.update(body.subarray(0, body.length - TAG_LENGTH))
    decipher.final()
    return plaintext
  } catch {
    return null
  }
}
