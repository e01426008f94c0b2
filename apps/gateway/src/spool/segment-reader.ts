/** Reads a segment frame by frame; what is behind a frame that is not whole is never looked at. */
import { open, type FileHandle } from 'node:fs/promises'
import {
  decodeFrameHeader,
  decodeSegmentHeader,
  FRAME_HEADER_LENGTH,
  FrameOpener,
  SEGMENT_HEADER_LENGTH,
  type SegmentHeader,
  segmentKey,
} from './format.ts'

/** Read at once, at least: a frame of one record is small. */
const READ_AHEAD = 256 * 1024

export interface Frame {
  readonly first: number
  readonly count: number
  /** JSON lines, each ended by LF. */
  readonly lines: Buffer
}

export class SegmentReader {
  readonly header: SegmentHeader
  readonly #handle: FileHandle
  readonly #opener: FrameOpener
  #position = SEGMENT_HEADER_LENGTH
  /** What was read of the file from `#position` on. */
  #window: Buffer = Buffer.alloc(0)

  private constructor(handle: FileHandle, header: SegmentHeader, spoolKey: Buffer) {
    this.#handle = handle
    this.header = header
    this.#opener = new FrameOpener(segmentKey(spoolKey, header))
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
    if (!(await this.#fill(FRAME_HEADER_LENGTH))) return null
    const header = decodeFrameHeader(this.#window)
    if (header === null || !(await this.#fill(FRAME_HEADER_LENGTH + header.length))) return null
    const end = FRAME_HEADER_LENGTH + header.length
    const lines = this.#opener.open(
      this.#window.subarray(0, FRAME_HEADER_LENGTH),
      this.#window.subarray(FRAME_HEADER_LENGTH, end),
    )
    if (lines === null) {
      // Perhaps it was read while it was being written.
      this.#window = Buffer.alloc(0)
      return null
    }
    this.#window = this.#window.subarray(end)
    this.#position += end
    return { first: header.first, count: header.count, lines }
  }

  /** Makes the window at least so long. False: the file ends before. */
  async #fill(length: number): Promise<boolean> {
    if (this.#window.length >= length) return true
    const bytes = Buffer.allocUnsafe(Math.max(length, READ_AHEAD))
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, this.#position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    this.#window = bytes.subarray(0, filled)
    return filled >= length
  }

  /** Whether bytes follow that {@link next} did not return. */
  async hasMore(): Promise<boolean> {
    return (await this.#handle.stat()).size > this.#position
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

const readExactly = async (handle: FileHandle, length: number, position: number): Promise<Buffer | null> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  return bytesRead === length ? buffer : null
}
