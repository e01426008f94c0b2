/**
 * The activity spool: records get consecutive numbers and are on their way to survive before anybody is told that they were
 * taken. All records of one turn of the event loop go into one frame and one write; fdatasync follows within
 * {@link SYNC_DELAY} milliseconds, and always before a record is shipped.
 *
 * A segment takes no records once it is old, so that what was shipped does not lie there for as long as nothing comes.
 *
 * Memory is bounded by whoever waits for its record; disk by `limitBytes`: a full spool takes no more until the API has
 * acknowledged what it holds, which pauses the traffic. A write that fails rejects its records (`recording_unavailable`); the
 * next one is tried afresh, so that a disk that is full only for a while needs no restart. A failed fdatasync is final:
 * what the disk holds is unknown after it.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { SallyportError } from '@sallyport/protocol'
import { SALT_LENGTH } from './format.ts'
import type { Recovered } from './recovery.ts'
import { type FileCalls, SegmentWriter, systemFileCalls } from './segment-writer.ts'
import { type Group, sharedPromise, WaitingRecords } from './waiting-records.ts'

/** Milliseconds from a write to the fdatasync that covers it. */
const SYNC_DELAY = 15
/** Milliseconds after which a segment that was not synchronized when it became old is looked at again. */
const AGE_RETRY = 1000

export interface SpoolLimits {
  /** All segments together, in bytes. */
  readonly limitBytes: number
  /** A segment is followed by a new one when it has grown to this. */
  readonly segmentBytes: number
  /** And after so many milliseconds. */
  readonly segmentAge: number
  /** Characters that are written together at most, before one more record. */
  readonly groupLength: number
  /** Characters of records that wait for space; more are refused. */
  readonly waitingLength: number
}

export const DEFAULT_SPOOL_LIMIT = 512 * 1024 * 1024

export const spoolLimits = (limitBytes: number): SpoolLimits => ({
  limitBytes,
  segmentBytes: Math.floor(limitBytes / 32),
  segmentAge: 10 * 60_000,
  groupLength: Math.min(4 * 1024 * 1024, Math.floor(limitBytes / 32)),
  waitingLength: 64 * 1024 * 1024,
})

export interface SpoolOptions {
  readonly folder: string
  readonly stream: string
  readonly spoolKey: Buffer
  readonly recovered: Recovered
  readonly limits: SpoolLimits
  readonly calls?: FileCalls
  /** Told when recording fails, and when it works again (null). */
  readonly onHealth?: (error: Error | null) => void
}

interface Segment {
  readonly path: string
  readonly first: number
  length: number
}

const ignore = (): void => undefined

export class Spool {
  readonly #options: SpoolOptions
  readonly #calls: FileCalls
  readonly #segments: Segment[]
  #writer: SegmentWriter | null = null
  readonly #waiting: WaitingRecords
  /** All records below are written. */
  #written: number
  /** All records below are on disk. */
  #synchronized: number
  #bytes: number
  #flushScheduled = false
  #syncTimer: NodeJS.Timeout | null = null
  #ageTimer: NodeJS.Timeout | null = null
  /** Whether the writer's segment is. */
  #isOld = false
  /** What the API has committed, as {@link free} was told. */
  #freed = 0
  #synchronizing = false
  #waitingForDisk: PromiseWithResolvers<void>[] = []
  #failure: SallyportError | null = null
  #healthy = true
  #closed = false
  #onSynchronized: () => void = ignore

  constructor(options: SpoolOptions) {
    this.#options = options
    this.#calls = options.calls ?? systemFileCalls
    this.#segments = options.recovered.segments.map(({ path, first, length }) => ({ path, first, length }))
    this.#waiting = new WaitingRecords(options.limits.groupLength, options.recovered.next)
    this.#written = options.recovered.next
    this.#synchronized = options.recovered.next
    this.#bytes = this.#segments.reduce((sum, segment) => sum + segment.length, 0)
  }

  get folder(): string {
    return this.#options.folder
  }

  get stream(): string {
    return this.#options.stream
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#bytes
  }

  /** All records below this number are on disk and may be shipped. */
  get synchronizedNext(): number {
    return this.#synchronized
  }

  /** Called whenever more records may be shipped. */
  set onSynchronized(listener: () => void) {
    this.#onSynchronized = listener
  }

  /**
   * Takes one record. Resolves when it is written (`strict`: on disk). Rejects with `recording_unavailable`.
   *
   * @param members the envelope's members behind its number, as JSON: `,"lease":"…",…,"activity":{…}}`
   */
  record(members: string, strict: boolean): Promise<void> {
    if (this.#failure !== null || this.#closed)
      return Promise.reject(this.#failure ?? new SallyportError('recording_unavailable'))
    if (this.#waiting.length > this.#options.limits.waitingLength)
      return Promise.reject(new SallyportError('recording_unavailable'))
    const group = this.#waiting.add(members, strict)
    if (this.#waiting.isComplete(group)) this.#flush()
    else this.#scheduleFlush()
    return strict ? group.synchronized!.promise : group.written.promise
  }

  /** The API has committed all records below `next`: whole segments below it are deleted. */
  free(next: number): void {
    this.#freed = next
    while (this.#segments.length > 1 && this.#segments[1]!.first <= next) this.#drop(this.#segments.shift()!)
    const last = this.#segments[0]
    const isIdle = last !== undefined && this.#segments.length === 1 && next === this.#written
    if (isIdle && this.#writer === null) this.#drop(this.#segments.shift()!)
    if (this.#waiting.length > 0) this.#scheduleFlush()
  }

  /** Writes and synchronizes what was taken; nothing is taken any more. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#flush()
    this.#waiting.reject(new SallyportError('recording_unavailable'), this.#written)
    if (this.#synchronized < this.#written && this.#failure === null) {
      const done = sharedPromise()
      this.#waitingForDisk.push(done)
      this.#synchronize()
      await done.promise.catch(ignore)
    }
    if (this.#syncTimer !== null) clearTimeout(this.#syncTimer)
    if (this.#ageTimer !== null) clearTimeout(this.#ageTimer)
    this.#writer?.retire()
  }

  #drop(segment: Segment): void {
    this.#bytes -= segment.length
    rmSync(segment.path, { force: true })
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return
    this.#flushScheduled = true
    setImmediate(() => {
      this.#flushScheduled = false
      if (!this.#closed) this.#flush()
    })
  }

  /** Writes what there is room for. Those behind stay where they are until {@link free} makes room. */
  #flush(): void {
    for (let group = this.#waiting.first; group !== undefined; group = this.#waiting.first) {
      if (this.#segments.length > 1 && this.#bytes + group.length > this.#options.limits.limitBytes) return
      try {
        this.#write(group)
      } catch (cause) {
        this.#onWriteFailed(cause)
        return
      }
      this.#waiting.shift()
      group.written.resolve()
      if (group.synchronized !== null) this.#waitingForDisk.push(group.synchronized)
      this.#scheduleSync(group.synchronized !== null)
    }
  }

  #write(group: Group): void {
    const writer = this.#currentWriter()
    const before = writer.length
    writer.append({ lines: Buffer.from(group.lines.join('')), count: group.lines.length, first: this.#written })
    this.#segments.at(-1)!.length = writer.length
    this.#bytes += writer.length - before
    this.#written += group.lines.length
    this.#report(null)
  }

  #currentWriter(): SegmentWriter {
    const current = this.#writer
    const { segmentBytes, segmentAge } = this.#options.limits
    if (current !== null && !this.#isOld && current.length < segmentBytes) return current
    this.#retire(current)
    const { folder, stream, spoolKey } = this.#options
    const header = { stream, first: this.#written, salt: randomBytes(SALT_LENGTH) }
    const writer = SegmentWriter.create(folder, header, { spoolKey, calls: this.#calls })
    this.#segments.push({ path: writer.path, first: writer.first, length: writer.length })
    this.#bytes += writer.length
    this.#writer = writer
    this.#isOld = false
    this.#lookAtAge(segmentAge)
    return writer
  }

  #lookAtAge(after: number): void {
    if (this.#ageTimer !== null) clearTimeout(this.#ageTimer)
    this.#ageTimer = setTimeout(() => this.#endOldSegment(), after).unref()
  }

  /** Records that come make it end by themselves; where none come, it ends here. */
  #endOldSegment(): void {
    this.#isOld = true
    if (this.#writer === null || this.#closed || this.#failure !== null) return
    if (this.#synchronizing || this.#synchronized < this.#written) {
      this.#lookAtAge(AGE_RETRY)
      return
    }
    try {
      this.#retire(this.#writer)
    } catch {
      // It was reported, and nothing is taken any more.
      return
    }
    this.free(this.#freed)
  }

  #retire(writer: SegmentWriter | null): void {
    this.#writer = null
    try {
      writer?.retire()
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error))
      this.#fail([], cause)
      throw cause
    }
  }

  #onWriteFailed(cause: unknown): void {
    const error = this.#failure ?? new SallyportError('recording_unavailable', { cause })
    this.#waiting.reject(error, this.#written)
    this.#report(error)
  }

  #scheduleSync(now: boolean): void {
    if (this.#synchronizing) return
    if (now) this.#synchronize()
    else this.#syncTimer ??= setTimeout(() => this.#synchronize(), SYNC_DELAY)
  }

  #synchronize(): void {
    if (this.#syncTimer !== null) clearTimeout(this.#syncTimer)
    this.#syncTimer = null
    if (this.#synchronizing || this.#writer === null) return
    this.#synchronizing = true
    const next = this.#written
    const waiting = this.#waitingForDisk
    this.#waitingForDisk = []
    this.#writer.synchronize((cause) => {
      this.#synchronizing = false
      if (cause !== null) {
        this.#fail(waiting, cause)
        return
      }
      this.#synchronized = next
      for (const each of waiting) each.resolve()
      this.#onSynchronized()
      const isAwaited = this.#waitingForDisk.length > 0
      if (isAwaited || this.#synchronized < this.#written) this.#scheduleSync(isAwaited)
    })
  }

  #fail(waiting: readonly PromiseWithResolvers<void>[], cause: Error): void {
    this.#failure = new SallyportError('recording_unavailable', { cause })
    for (const each of [...waiting, ...this.#waitingForDisk]) each.reject(this.#failure)
    this.#waitingForDisk = []
    this.#waiting.reject(this.#failure, this.#written)
    this.#report(this.#failure)
  }

  #report(error: Error | null): void {
    if (this.#healthy === (error === null)) return
    this.#healthy = error === null
    this.#options.onHealth?.(error)
  }
}
