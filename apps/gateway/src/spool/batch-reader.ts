/** Reads what is to be shipped next, in order, across frames and segments. */
import { MAX_BATCH_BYTES, MAX_BATCH_RECORDS } from '@sallyport/protocol'
import { SEAL_MARKER } from './seal-marker.ts'
import { listSegments } from './segment-files.ts'
import { SegmentReader } from './segment-reader.ts'

export interface BatchContent {
  readonly first: number
  readonly count: number
  /** JSON lines, each ended by LF. */
  readonly lines: string
}

export interface BatchLimits {
  /** Records below this number may be read. */
  readonly below: number
  /** Exactly so many, for a batch that was sealed before. */
  readonly count?: number
}

const LF = 0x0a
const MARKER = Buffer.from(SEAL_MARKER)

export class BatchReader {
  readonly #folder: string
  readonly #spoolKey: Buffer
  /** Number of the next record that {@link read} returns. */
  #next: number
  #segment: SegmentReader | null = null
  /** Lines of a frame that was read, from the next record on. */
  #lines: Buffer = Buffer.alloc(0)
  #count = 0

  constructor(folder: string, spoolKey: Buffer, next: number) {
    this.#folder = folder
    this.#spoolKey = spoolKey
    this.#next = next
  }

  /**
   * null: there is nothing below `limits.below`. Records that are to be encrypted and others are never in one batch. Throws when
   * records that must be there are not.
   */
  async read(limits: BatchLimits): Promise<BatchContent | null> {
    const first = this.#next
    const most = Math.min(limits.count ?? MAX_BATCH_RECORDS, MAX_BATCH_RECORDS, limits.below - first)
    const parts: Buffer[] = []
    let [count, bytes] = [0, 0]
    let isSealed: boolean | null = null
    while (count < most) {
      if (this.#count === 0) await this.#readFrame()
      const length = this.#lines.indexOf(LF) + 1
      if (bytes + length > MAX_BATCH_BYTES) break
      const line = this.#lines.subarray(0, length)
      const seals = line.includes(MARKER)
      if (seals !== (isSealed ??= seals)) break
      parts.push(line)
      this.#lines = this.#lines.subarray(length)
      this.#count -= 1
      this.#next += 1
      count += 1
      bytes += length
    }
    return count === 0 ? null : { first, count, lines: Buffer.concat(parts).toString() }
  }

  async close(): Promise<void> {
    await this.#segment?.close()
    this.#segment = null
  }

  /** Reads the frame that holds the next record and drops what was shipped of it. */
  async #readFrame(): Promise<void> {
    for (;;) {
      const frame = (await this.#segment?.next()) ?? (await this.#firstFrameOfNextSegment())
      const passed = this.#next - frame.first
      if (passed < 0) throw new Error(`record ${this.#next} is not in the spool`)
      if (passed >= frame.count) continue
      let lines = frame.lines
      for (let skipped = 0; skipped < passed; skipped++) lines = lines.subarray(lines.indexOf(LF) + 1)
      this.#lines = lines
      this.#count = frame.count - passed
      return
    }
  }

  async #firstFrameOfNextSegment() {
    const holder = listSegments(this.#folder).findLast((segment) => segment.first <= this.#next)
    if (holder === undefined || this.#segment?.header.first === holder.first)
      throw new Error(`record ${this.#next} is not in the spool`)
    await this.close()
    this.#segment = await SegmentReader.open(holder.path, this.#spoolKey)
    const frame = await this.#segment?.next()
    if (!frame) throw new Error(`record ${this.#next} is not in the spool`)
    return frame
  }
}
