/**
 * Recordings in the gateway's state folder: `<stream>/<first record>.jsonl`, the lines of a batch as they are shipped, and
 * `<stream>/<digest>.age`, the files that they name. They are there before the batch is sent, so that after a crash the very same is
 * sent again. What only the API keeps goes when the batch is acknowledged; the rest after its days, the oldest first when there is
 * more than the folder may hold.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makePrivateFolder, readFileUpTo, readTextUpTo, replacePrivateFile } from '@sallyport/program'
import { MAX_BATCH_BYTES, MAX_RECORDING_BYTES, PERSON_ERASED, type Revocation } from '@sallyport/protocol'
import { activity, type SealedActivity } from '@sallyport/recording'
import { z } from 'zod'
import type { BatchContent } from './batch-reader.ts'
import { sealBatch } from './seal-batch.ts'
import { SEAL_MARKER, spooledSeal } from './seal-marker.ts'

/** Bytes. */
export const DEFAULT_RECORDINGS_LIMIT = 10 * 1024 * 1024 * 1024

const DAY = 86_400_000
/** Milliseconds between two looks at what is too old or too much. */
const SWEEP_INTERVAL = 60_000

export interface ShippedRecording {
  readonly digest: string
  /** base64url; null: the API does not get it. */
  readonly body: string | null
}

/** A batch as it is sent. */
export interface PreparedBatch {
  readonly first: number
  readonly count: number
  readonly lines: string
  readonly recordings: readonly ShippedRecording[]
}

export interface RecordingsOptions {
  readonly folder: string
  readonly stream: string
  /** Bytes of all recordings. */
  readonly limitBytes: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Recordings were removed before their time, because there were too many. */
  readonly onCrowded: (removed: number) => void
}

const shippedLine = z.object({ activity })

const sealedIn = (lines: string): SealedActivity[] => {
  const found = new Map<string, SealedActivity>()
  for (const line of lines.split('\n').slice(0, -1)) {
    const { activity: record } = shippedLine.parse(JSON.parse(line))
    if (record.kind === 'sealed') found.set(record.recording, record)
  }
  return [...found.values()]
}

const daysFile = z.strictObject({ days: z.int().positive() })

export class Recordings {
  readonly #options: RecordingsOptions
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor(options: RecordingsOptions) {
    this.#options = options
  }

  /** As it was read from the spool; what is to be encrypted is on disk, encrypted, when this resolves. */
  async prepare(content: BatchContent): Promise<PreparedBatch> {
    const { first, count } = content
    if (!content.lines.includes(SEAL_MARKER)) return { ...content, recordings: [] }
    await makePrivateFolder(this.#options.folder)
    await makePrivateFolder(this.#place())
    await this.#noteDays(content.lines)
    const { lines, files } = await sealBatch(content.lines)
    for (const { digest, bytes } of files) await replacePrivateFile(this.#place(`${digest}.age`), bytes)
    await replacePrivateFile(this.#place(`${first}.jsonl`), lines)
    return this.#batch({ first, count, lines })
  }

  /** The batch that was prepared before a restart, of what the spool has of it. */
  async restore(content: BatchContent): Promise<PreparedBatch> {
    if (!content.lines.includes(SEAL_MARKER)) return { ...content, recordings: [] }
    const lines = await readTextUpTo(this.#place(`${content.first}.jsonl`), MAX_BATCH_BYTES)
    if (lines === null) throw new Error(`the recording from ${content.first} on is missing`)
    return this.#batch({ ...content, lines })
  }

  /** The API has committed this batch. */
  async settle({ first, lines, recordings }: PreparedBatch): Promise<void> {
    if (recordings.length === 0) return
    const sealed = sealedIn(lines)
    const kept = sealed.filter((record) => record.kept !== 'api')
    for (const record of sealed) if (record.kept === 'api') await rm(this.#place(`${record.recording}.age`), { force: true })
    if (kept.length === 0) await rm(this.#place(`${first}.jsonl`), { force: true })
    await this.#sweep()
  }

  /** Removes what is kept of people who were erased. */
  async eraseAmong(revocations: readonly Revocation[]): Promise<void> {
    const erased = revocations.filter(({ subject, code }) => subject.kind === 'user' && code === PERSON_ERASED)
    if (erased.length === 0) return
    const people = new Set(erased.map(({ subject }) => subject.id))
    for (const { path, folder } of await this.#batches()) {
      for (const record of await this.#read(path)) {
        if (people.has(record.person)) await rm(join(folder, `${record.recording}.age`), { force: true })
      }
    }
  }

  #place(name = ''): string {
    return join(this.#options.folder, this.#options.stream, name)
  }

  async #batch({ first, count, lines }: Omit<PreparedBatch, 'recordings'>): Promise<PreparedBatch> {
    const recordings: ShippedRecording[] = []
    for (const { recording, kept } of sealedIn(lines)) {
      const bytes = kept === 'gateway' ? null : await readFileUpTo(this.#place(`${recording}.age`), MAX_RECORDING_BYTES)
      recordings.push({ digest: recording, body: bytes?.toString('base64url') ?? null })
    }
    return { first, count, lines, recordings }
  }

  /** The newest order says for how long all of it is kept: that is the organization's, not a lease's. */
  async #noteDays(lines: string): Promise<void> {
    const last = lines.split('\n').at(-2)!
    const { days } = z.object({ seal: spooledSeal }).parse(JSON.parse(last)).seal
    if (days !== (await this.#days())) await replacePrivateFile(this.#daysPath(), JSON.stringify({ days }))
  }

  #daysPath(): string {
    return join(this.#options.folder, 'days.json')
  }

  async #days(): Promise<number | null> {
    const text = await readTextUpTo(this.#daysPath(), 1024)
    return text === null ? null : daysFile.parse(JSON.parse(text)).days
  }

  async #read(path: string): Promise<SealedActivity[]> {
    const lines = await readTextUpTo(path, MAX_BATCH_BYTES)
    return lines === null ? [] : sealedIn(lines)
  }

  /** Of every stream, the oldest first. */
  async #batches(): Promise<{ readonly path: string; readonly folder: string; readonly at: number }[]> {
    const found: { path: string; folder: string; at: number }[] = []
    for (const stream of await names(this.#options.folder)) {
      const folder = join(this.#options.folder, stream)
      for (const name of await names(folder)) {
        if (!name.endsWith('.jsonl')) continue
        const path = join(folder, name)
        found.push({ path, folder, at: (await stat(path)).mtimeMs })
      }
    }
    return found.toSorted((left, right) => left.at - right.at)
  }

  async #bytes(): Promise<number> {
    let bytes = 0
    for (const stream of await names(this.#options.folder)) {
      for (const name of await names(join(this.#options.folder, stream))) {
        bytes += (await stat(join(this.#options.folder, stream, name))).size
      }
    }
    return bytes
  }

  async #sweep(): Promise<void> {
    const { now, limitBytes, onCrowded } = this.#options
    if (now() - this.#sweptAt < SWEEP_INTERVAL) return
    this.#sweptAt = now()
    const days = (await this.#days()) ?? Number.POSITIVE_INFINITY
    let bytes = await this.#bytes()
    let crowded = 0
    for (const { path, folder, at } of await this.#batches()) {
      const isOld = at + days * DAY <= now()
      if (!isOld && bytes <= limitBytes) break
      if (!isOld) crowded += 1
      bytes -= await this.#remove(path, folder)
    }
    if (crowded > 0) onCrowded(crowded)
  }

  /** Bytes. */
  async #remove(path: string, folder: string): Promise<number> {
    let bytes = 0
    for (const { recording } of await this.#read(path)) {
      const file = join(folder, `${recording}.age`)
      bytes += await sizeOf(file)
      await rm(file, { force: true })
    }
    bytes += await sizeOf(path)
    await rm(path, { force: true })
    return bytes
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return 0
    throw error
  }
}

/** Empty for what is no folder. */
const names = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'ENOTDIR')) return []
    throw error
  }
}
