/**
 * Ships the spool to the API: one batch after the other, each signed over its digest and that of the batch before, repeated
 * until it is acknowledged. Only then its records are freed.
 */
import { Backoff } from '@sallyport/program'
import { type ActivityBatch, activityBatch, sha256, signStatement, type Signer, toBase64url, utf8 } from '@sallyport/protocol'
import type { BatchContent, BatchReader } from './batch-reader.ts'
import type { Cursor } from './cursor.ts'
import type { PreparedBatch, Recordings, ShippedRecording } from './recordings.ts'
import type { Spool } from './spool.ts'

/**
 * Milliseconds that a batch waits for more records once all were shipped, also under steady traffic: every batch costs two
 * synchronized writes, a signature and a call here, and a commit at the API.
 */
const LINGER = 200

export interface Upload {
  readonly batch: string
  readonly lines: string
  readonly recordings?: ShippedRecording[]
}

export interface ShipperOptions {
  readonly spool: Spool
  readonly reader: BatchReader
  readonly recordings: Pick<Recordings, 'prepare' | 'restore' | 'settle' | 'start' | 'stop'>
  readonly cursor: Cursor
  readonly saveCursor: (cursor: Cursor) => Promise<void>
  readonly signer: Signer
  readonly organization: string
  readonly gateway: string
  /** Resolves with the number up to which the API has committed everything. */
  readonly upload: (body: Upload, signal: AbortSignal) => Promise<{ readonly next: number }>
  readonly now: () => number
  readonly onFailure: (error: unknown, attempt: number) => void
}

export class Shipper {
  readonly #options: ShipperOptions
  readonly #stopping = new AbortController()
  readonly #backoff = new Backoff({ firstMs: 200, longestMs: 10_000 })
  #cursor: Cursor
  #wake = Promise.withResolvers<void>()
  #running: Promise<void> | null = null
  #hurry = false

  constructor(options: ShipperOptions) {
    this.#options = options
    this.#cursor = options.cursor
    options.spool.onSynchronized = () => this.#wake.resolve()
  }

  /** All records below this number are committed by the API. */
  get next(): number {
    return this.#cursor.next
  }

  start(): void {
    this.#running ??= this.#run()
    this.#options.recordings.start()
  }

  /** Ships what is left, for at most `limitMs` milliseconds. */
  async stop(limitMs: number): Promise<void> {
    this.#hurry = true
    this.#wake.resolve()
    const timer = setTimeout(() => this.#stopping.abort(), limitMs)
    await this.#running
    clearTimeout(timer)
    await this.#options.recordings.stop()
    await this.#options.reader.close()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      // Told to hurry while it waited, it looks once more.
      const isLast = this.#hurry
      try {
        if (!(await this.#shipNext()) && isLast) return
        this.#backoff.reset()
      } catch (error) {
        if (signal.aborted) return
        this.#options.onFailure(error, this.#backoff.attempt)
        await this.#backoff.wait(signal)
      }
    }
  }

  /** False: there was nothing to ship. */
  async #shipNext(): Promise<boolean> {
    const known = this.#options.spool.synchronizedNext
    if (this.#cursor.pending === null && !(await this.#sealNext())) {
      if (!this.#hurry) await this.#waitForRecords()
      return false
    }
    await this.#send()
    if (this.#cursor.next >= known) await this.#linger()
    return true
  }

  async #waitForRecords(): Promise<void> {
    await this.#wake.promise
    this.#wake = Promise.withResolvers()
    await this.#linger()
  }

  async #linger(): Promise<void> {
    if (!this.#hurry) await new Promise((resolve) => setTimeout(resolve, LINGER))
  }

  /** What was read of the spool, and what is sent of it. */
  #content: BatchContent | null = null
  #batch: PreparedBatch | null = null

  /** Makes the next batch and notes it before it is sent. False: there is none. */
  async #sealNext(): Promise<boolean> {
    const { reader, recordings, spool, saveCursor } = this.#options
    this.#content ??= await reader.read({ below: spool.synchronizedNext })
    if (this.#content === null) return false
    this.#batch ??= await recordings.prepare(this.#content)
    const { first, count } = this.#batch
    const statement = await this.#sign(this.#batch)
    const cursor = { ...this.#cursor, pending: { first, count, statement } }
    await saveCursor(cursor)
    this.#cursor = cursor
    return true
  }

  async #sign(content: PreparedBatch): Promise<string> {
    const { organization, gateway, spool, now, signer } = this.#options
    const payload: ActivityBatch = {
      version: 1,
      organization,
      gateway,
      stream: spool.stream,
      first: content.first,
      count: content.count,
      digest: toBase64url(await sha256(utf8(content.lines))),
      previous: this.#cursor.previous,
      sealedAt: now(),
    }
    return signStatement(activityBatch, payload, [signer])
  }

  async #send(): Promise<void> {
    const { reader, recordings, spool, upload, saveCursor } = this.#options
    const pending = this.#cursor.pending!
    // After a restart the sealed batch is read again, with exactly the records it had.
    this.#content ??= await reader.read({ below: pending.first + pending.count, count: pending.count })
    const batch = (this.#batch ??= await recordings.restore(this.#content!))
    const { lines, first, count } = batch
    const { next } = await upload(uploadOf(pending.statement, batch), this.#stopping.signal)
    if (next !== first + count) throw new Error(`the API committed up to ${next} instead of ${first + count}`)
    const cursor = { ...this.#cursor, next, previous: toBase64url(await sha256(utf8(lines))), pending: null }
    await saveCursor(cursor)
    this.#cursor = cursor
    this.#content = null
    this.#batch = null
    spool.free(next)
    await recordings.settle(batch)
  }
}

const uploadOf = (batch: string, { lines, recordings }: PreparedBatch): Upload => ({
  batch,
  lines,
  ...(recordings.length === 0 ? {} : { recordings: [...recordings] }),
})
