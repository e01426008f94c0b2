/**
 * Recordings in the gateway's state folder: the lines of a batch as they are shipped, and the encrypted files that they name. They are
 * there before the batch is sent, so that after a crash the very same is sent again. What only the API keeps goes when the
 * batch is acknowledged; the rest when its time is over.
 */
import { utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makePrivateFolder, readTextUpTo, replacePrivateFile } from '@sallyport/program'
import { MAX_BATCH_BYTES, PERSON_ERASED, type Retention, type Revocation } from '@sallyport/protocol'
import type { BatchContent } from './batch-reader.ts'
import {
  ageFile,
  ageFilesOf,
  holdsRecordings,
  isLines,
  readAgeFile,
  recordingFiles,
  removeAgeFile,
  removeFile,
  sealedIn,
  sealedInFile,
} from './recording-files.ts'
import { sealBatch, type SealedFile } from './seal-batch.ts'
import { SEAL_MARKER } from './seal-marker.ts'
import { sweepRecordings } from './sweep-recordings.ts'

/** Bytes. */
export const DEFAULT_RECORDINGS_LIMIT = 10 * 1024 * 1024 * 1024

/** Milliseconds between two looks at what is too old or too much, while there is more and while there is not. */
const SWEEP_INTERVAL = 60_000
const IDLE_SWEEP_INTERVAL = 10 * 60_000

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
  /** Whether a batch was sealed before and perhaps sent: it is restored first. */
  readonly isPending: boolean
  /** Bytes of all recordings. */
  readonly limitBytes: number
  /** What the organization says at this moment; null: it cannot be asked, and nothing goes by its age. */
  readonly askRetention: () => Promise<Retention | null>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Recordings were removed before their time, because there were too many. */
  readonly onCrowded: (removed: number) => void
  /** What is past its time could not be removed. */
  readonly onFailure: (error: unknown) => void
}

export class Recordings {
  readonly #options: RecordingsOptions
  /** Files of the batch that is not settled; null: not known yet. */
  #unsettled: ReadonlySet<string> | null
  #sweptAt = Number.NEGATIVE_INFINITY
  #sweeping: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(options: RecordingsOptions) {
    this.#options = options
    this.#unsettled = options.isPending ? null : new Set()
  }

  /** What is past its time goes also while nothing is recorded. */
  start(): void {
    const sweep = (): void => {
      this.sweep().catch(this.#options.onFailure)
    }
    this.#timer ??= setInterval(sweep, IDLE_SWEEP_INTERVAL).unref()
    sweep()
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    await this.#sweeping?.catch(() => undefined)
  }

  /** As it was read from the spool; what is to be encrypted is on disk, encrypted, when this resolves. */
  async prepare(content: BatchContent): Promise<PreparedBatch> {
    const { first, count } = content
    if (!content.lines.includes(SEAL_MARKER)) return { ...content, recordings: [] }
    await makePrivateFolder(this.#options.folder)
    await makePrivateFolder(this.#place())
    const { lines, files } = await sealBatch(content.lines)
    this.#unsettled = this.#pathsOf(first, lines)
    // The lines come first: what was begun before a crash is found by them, and goes.
    for (const record of await sealedInFile(this.#place(`${first}.jsonl`))) await removeAgeFile(this.#place(), record)
    await replacePrivateFile(this.#place(`${first}.jsonl`), lines)
    for (const file of files) await this.#write(file)
    return this.#batch({ first, count, lines })
  }

  /** The batch that was prepared before a restart, of what the spool has of it. */
  async restore(content: BatchContent): Promise<PreparedBatch> {
    if (!content.lines.includes(SEAL_MARKER)) {
      this.#unsettled = new Set()
      return { ...content, recordings: [] }
    }
    const lines = await readTextUpTo(this.#place(`${content.first}.jsonl`), MAX_BATCH_BYTES)
    if (lines === null) throw new Error(`the recording from ${content.first} on is missing`)
    this.#unsettled = this.#pathsOf(content.first, lines)
    return this.#batch({ ...content, lines })
  }

  /** The API has committed this batch. */
  async settle({ first, lines, recordings }: PreparedBatch): Promise<void> {
    if (recordings.length === 0) return
    const { now } = this.#options
    const sealed = sealedIn(lines)
    for (const record of sealed) if (record.kept === 'api') await removeAgeFile(this.#place(), record)
    const path = this.#place(`${first}.jsonl`)
    if (sealed.every((record) => record.kept === 'api')) await removeFile(path)
    // The log has it from now on, and counts from there.
    else await utimes(path, now() / 1000, now() / 1000)
    this.#unsettled = new Set()
    if (now() - this.#sweptAt >= SWEEP_INTERVAL) await this.sweep()
  }

  /** Removes what is kept of people who were erased. */
  async eraseAmong(revocations: readonly Revocation[]): Promise<void> {
    const erased = revocations.filter(({ subject, code }) => subject.kind === 'user' && code === PERSON_ERASED)
    if (erased.length === 0) return
    const people = new Set(erased.map(({ subject }) => subject.id))
    for await (const file of recordingFiles(this.#options.folder)) {
      if (!isLines(file)) continue
      for (const record of await sealedInFile(file.path)) {
        if (people.has(record.person)) await removeAgeFile(file.folder, record)
      }
    }
  }

  /** Removes what is past its time, and what is too much. */
  async sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => (this.#sweeping = null))
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    const { folder, limitBytes, askRetention, now, onCrowded } = this.#options
    if (this.#unsettled === null) return
    this.#sweptAt = now()
    if (!(await holdsRecordings(folder))) return
    // What a lease or an earlier answer said may no longer hold, and what is gone does not come back.
    const retention = await askRetention()
    const isSpared = (path: string): boolean => this.#unsettled?.has(path) ?? true
    const crowded = await sweepRecordings(folder, { retention, limitBytes, now: now(), isSpared })
    if (crowded > 0) onCrowded(crowded)
  }

  #place(name = ''): string {
    return join(this.#options.folder, this.#options.stream, name)
  }

  #pathsOf(first: number, lines: string): ReadonlySet<string> {
    const folder = this.#place()
    return new Set([this.#place(`${first}.jsonl`), ...sealedIn(lines).flatMap((record) => ageFilesOf(folder, record))])
  }

  async #write({ digest, kind, at, bytes }: SealedFile): Promise<void> {
    const path = ageFile(this.#place(), { of: kind, recording: digest })
    await makePrivateFolder(dirname(path))
    await replacePrivateFile(path, bytes)
    await utimes(path, at / 1000, at / 1000)
  }

  async #batch({ first, count, lines }: Omit<PreparedBatch, 'recordings'>): Promise<PreparedBatch> {
    const recordings: ShippedRecording[] = []
    for (const record of sealedIn(lines)) {
      const bytes = record.kept === 'gateway' ? null : await readAgeFile(this.#place(), record)
      recordings.push({ digest: record.recording, body: bytes?.toString('base64url') ?? null })
    }
    return { first, count, lines, recordings }
  }
}
