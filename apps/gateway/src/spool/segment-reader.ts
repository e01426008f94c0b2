/** Reads a segment frame by frame; what is behind a frame that is not whole is never looked at. */
import { open, type FileHandle } from 'node:fs/promises'
import {
  decodeFrameHeader,
  decodeSegmentHeader,
  FRAME_HEADER_LENGTH,
  openFrame,
  SEGMENT_HEADER_LENGTH,
  type SegmentHeader,
  segmentKey,
} from './format.ts'

export interface Frame {
  readonly first: number
  readonly count: number
  /** JSON lines, each ended by LF. */
  readonly lines: Buffer
}

export class SegmentReader {
  readonly header: SegmentHeader
  readonly #handle: FileHandle
  readonly #key: Buffer
  #position = SEGMENT_HEADER_LENGTH

  private constructor(handle: FileHandle, header: SegmentHeader, spoolKey: Buffer) {
    this.#handle = handle
    this.header = header
    this.#key = segmentKey(spoolKey, header)
  }

  /** null: the file does not begin as a segment. */
  static async open(path: string, spoolKey: Buffer): Promise<SegmentReader | null> {
    const handle = await open(path, 'r')
    try {
      const bytes = await readExactly(handle, SEGMENT_HEADER_LENGTH, 0)
      const header = bytes === null ? null : decodeSegmentHeader(bytes)
      if (header !== null) return new SegmentReader(handle, header, spoolKey)
    } catch (error) {
      await handle.close()
      throw error
    }
    await handle.close()
    return null
  }

  /** Where the next frame begins: everything before is whole. */
  get position(): number {
    return this.#position
  }

  /** The next frame; null at the end of the file and at anything that is not a whole frame. */
  async next(): Promise<Frame | null> {
    const head = await readExactly(this.#handle, FRAME_HEADER_LENGTH, this.#position)
    const header = head === null ? null : decodeFrameHeader(head)
    if (head === null || header === null) return null
    const body = await readExactly(this.#handle, header.length, this.#position + FRAME_HEADER_LENGTH)
    const lines = body === null ? null : openFrame(this.#key, head, body)
    if (lines === null) return null
    this.#position += FRAME_HEADER_LENGTH + header.length
    return { first: header.first, count: header.count, lines }
  }

  /** Whether bytes follow that {@link next} did not return. */
  async hasMore(): Promise<boolean> {
    return (await this.#handle.stat()).size > this.#position
  }

  async close(): Promise<void> {
    this.#key.fill(0)
    await this.#handle.close()
  }
}

const readExactly = async (handle: FileHandle, length: number, position: number): Promise<Buffer | null> => {
  const { size } = await handle.stat()
  if (size < position + length) return null
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled)
    if (bytesRead === 0) return null
    filled += bytesRead
  }
  return bytes
}
