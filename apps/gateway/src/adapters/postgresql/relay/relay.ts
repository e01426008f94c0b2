/** Carries bytes between a tool and a resource that are both signed in, records what they do, and ends both. */
import type { Duplex } from 'node:stream'
import type { Activity } from '@sallyport/recording'
import type { ActivitySink } from '../../adapter.ts'
import { FrameScanner } from '../codec/frame-scanner.ts'
import { encodeFlush, encodeTerminate } from '../codec/frontend.ts'
import { ProtocolViolation } from '../codec/violation.ts'
import { endedError, errorMessage, postgresqlError, toPostgresqlError, type PostgresqlError } from '../errors.ts'
import { BulkWriter } from './bulk-writer.ts'
import { GatedOutput } from './gated-output.ts'
import type { StatementContext } from './passing-messages.ts'
import { Pipeline } from './pipeline.ts'
import { ResourceSide } from './resource-side.ts'
import { ToolSide } from './tool-side.ts'

/** Bytes held back for the tool before the resource has to wait. */
const MOST_HELD = 1024 * 1024

/** How long a resource may take to finish what it is doing once the tool is gone, in milliseconds. */
const FAREWELL = 2000

export interface RelayOptions {
  readonly client: Duplex
  readonly upstream: Duplex
  /** What either side sent before the relay began. */
  readonly early: { readonly fromTool: Buffer; readonly fromResource: Buffer }
  readonly activity: ActivitySink
  readonly now: () => number
  readonly signal: AbortSignal
  readonly context: StatementContext
  /** Stops what the resource is doing for this connection. */
  readonly cancel: () => Promise<void>
  /** How long a message under way may take to end, so that an error can follow it, in milliseconds. */
  readonly lastMessage: number
}

export interface RelayEnd {
  readonly reason: string
  readonly bytesUp: number
  readonly bytesDown: number
}

/** Resolves when both streams are done with; never rejects. */
export const relay = (options: RelayOptions): Promise<RelayEnd> => new Promise((resolve) => new Relay(options, resolve).start())

class Relay {
  readonly #options: RelayOptions
  readonly #client: Duplex
  readonly #upstream: Duplex
  readonly #resolve: (end: RelayEnd) => void
  readonly #input: BulkWriter
  readonly #output: GatedOutput
  readonly #pipeline: Pipeline
  readonly #tool: ToolSide
  readonly #toolScanner: FrameScanner
  readonly #resource: ResourceSide
  readonly #resourceScanner: FrameScanner
  /** Promises of records that no output waits for yet. */
  #records: Promise<void>[] = []
  /** What the scan of one chunk lets pass, until its records are known. */
  #spans: Buffer[] = []
  #bytesUp = 0
  #full = false
  /** Why the connection ends; null while it lives. */
  #reason: string | null = null
  /** An error that the tool is to see once the message under way has ended. */
  #lastWord: Buffer | null = null
  #timer: NodeJS.Timeout | null = null
  #resourceGone = false
  #done = false

  constructor(options: RelayOptions, resolve: (end: RelayEnd) => void) {
    this.#options = options
    this.#client = options.client
    this.#upstream = options.upstream
    this.#resolve = resolve
    this.#input = new BulkWriter(options.upstream, () => this.#regulateTool())
    this.#output = new GatedOutput(options.client, (error) =>
      this.#fail(postgresqlError('recording_unavailable', { cause: error })),
    )
    this.#output.onProgress = () => this.#regulateResource()
    this.#pipeline = new Pipeline({ emit: (activity) => this.#emit(activity), now: options.now })
    this.#tool = new ToolSide({ pipeline: this.#pipeline, context: options.context, pass: (bytes) => this.#sendUp(bytes) })
    this.#toolScanner = new FrameScanner(this.#tool)
    this.#resource = new ResourceSide({
      pipeline: this.#pipeline,
      encoding: options.context.encoding,
      pass: (bytes) => this.#spans.push(bytes),
    })
    this.#resourceScanner = new FrameScanner(this.#resource)
  }

  start(): void {
    const { signal, early } = this.#options
    this.#client.on('drain', this.#onClientDrain).on('end', this.#onToolGone).on('close', this.#onToolGone)
    this.#upstream.on('drain', this.#onUpstreamDrain).on('end', this.#onResourceGone).on('close', this.#onResourceGone)
    signal.addEventListener('abort', this.#onAbort)
    if (early.fromResource.length > 0) this.#onResourceData(early.fromResource)
    if (early.fromTool.length > 0) this.#onToolData(early.fromTool)
    if (this.#done) return
    this.#client.on('data', this.#onToolData)
    this.#upstream.on('data', this.#onResourceData)
    if (signal.aborted) this.#onAbort()
    else if (this.#upstream.readableEnded || this.#upstream.destroyed) this.#onResourceGone()
    else if (this.#client.readableEnded || this.#client.destroyed) this.#onToolGone()
    this.#regulateTool()
    this.#regulateResource()
  }

  // From the tool

  readonly #onToolData = (chunk: Buffer): void => {
    if (this.#reason !== null) return
    try {
      this.#toolScanner.push(chunk)
    } catch (error) {
      this.#fail(toPostgresqlError(error))
      return
    } finally {
      this.#gateRecords()
    }
    if (this.#tool.terminated) this.#farewell('tool_terminated')
    else this.#regulateTool()
  }

  #sendUp(bytes: Buffer): void {
    this.#bytesUp += bytes.length
    this.#input.write(bytes)
  }

  /**
   * Makes the tool wait while the resource cannot take more, or while too much waits for answers. The resource may keep these
   * answers until it is asked to flush, which a tool that has to wait cannot do.
   */
  #regulateTool(): void {
    if (this.#reason !== null) return
    if (!this.#full && this.#pipeline.full && this.#toolScanner.passedAtBoundary) {
      this.#full = true
      this.#sendUp(encodeFlush())
    } else if (this.#full && this.#pipeline.relaxed) this.#full = false
    if (this.#full || this.#upstream.writableNeedDrain) this.#client.pause()
    else this.#client.resume()
  }

  readonly #onUpstreamDrain = (): void => this.#regulateTool()

  // From the resource

  readonly #onResourceData = (chunk: Buffer): void => {
    if (this.#lastWord !== null) {
      this.#finishLastMessage(chunk)
      return
    }
    if (this.#done) return
    try {
      this.#resourceScanner.push(chunk)
    } catch (error) {
      this.#spans.length = 0
      this.#fail(ofResource(error))
      return
    } finally {
      this.#gateRecords()
    }
    this.#sendDown()
    this.#regulateResource()
    if (this.#full) this.#regulateTool()
  }

  #sendDown(): void {
    const spans = this.#spans
    if (spans.length === 0) return
    const bytes = spans.length === 1 ? spans[0]! : Buffer.concat(spans)
    spans.length = 0
    this.#output.write(bytes, this.#resourceScanner.passedAtBoundary)
  }

  #regulateResource(): void {
    if (this.#done) return
    if (this.#client.writableNeedDrain || this.#output.held > MOST_HELD) this.#upstream.pause()
    else this.#upstream.resume()
  }

  readonly #onClientDrain = (): void => this.#regulateResource()

  // Records

  #emit(activity: Activity): void {
    try {
      this.#records.push(this.#options.activity.record(activity))
    } catch (error) {
      this.#records.push(Promise.reject(error as Error))
    }
  }

  #gateRecords(): void {
    const records = this.#records
    if (records.length === 0) return
    this.#records = []
    this.#output.gate(records.length === 1 ? records[0]! : Promise.all(records))
  }

  // Ends

  readonly #onToolGone = (): void => {
    if (this.#reason === null) this.#farewell('tool_closed')
  }

  readonly #onResourceGone = (): void => {
    if (this.#resourceGone) return
    this.#resourceGone = true
    const expected = this.#reason !== null
    this.#reason ??= 'resource_closed'
    this.#pipeline.abandon()
    this.#gateRecords()
    this.#output.whenEmpty(() => {
      if (!expected && !this.#resource.saidGoodbye && this.#output.atBoundary) {
        this.#output.write(errorMessage(postgresqlError('resource_closed')), true)
      }
      this.#finish()
    })
  }

  readonly #onAbort = (): void => {
    if (this.#done) return
    // What it runs would otherwise run on until it has something to say.
    if (!this.#pipeline.idle) this.#options.cancel().catch(() => undefined)
    if (this.#reason === null) this.#fail(endedError(this.#options.signal.reason, 'connected'))
    else this.#finish()
  }

  /** The tool is done: the resource may finish what it is doing, so that its outcome is known. */
  #farewell(reason: string): void {
    this.#reason = reason
    if (!this.#tool.terminated && this.#toolScanner.passedAtBoundary) this.#sendUp(encodeTerminate())
    this.#input.flush()
    this.#upstream.end()
    this.#upstream.resume()
    this.#startTimer(FAREWELL)
  }

  /** Ends with an error that the tool sees. What waits behind a record is not shown any more. */
  #fail(error: PostgresqlError): void {
    if (this.#done || this.#lastWord !== null) return
    this.#reason = error.code
    const message = errorMessage(error)
    const complete = this.#output.held === 0
    this.#output.discard()
    this.#client.pause()
    if (this.#output.atBoundary) {
      this.#client.write(message)
      this.#finish()
    } else if (complete && !this.#upstream.destroyed) {
      this.#lastWord = message
      this.#startTimer(this.#options.lastMessage)
      this.#upstream.resume()
    } else this.#finish()
  }

  /** Passes the rest of the message under way, and the error behind it. */
  #finishLastMessage(chunk: Buffer): void {
    const { left } = this.#resourceScanner
    this.#resourceScanner.push(chunk.subarray(0, left))
    for (const span of this.#spans) this.#client.write(span)
    this.#spans.length = 0
    if (this.#resourceScanner.left > 0) return
    this.#client.write(this.#lastWord)
    this.#lastWord = null
    this.#finish()
  }

  #startTimer(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#finish(), milliseconds)
  }

  #finish(): void {
    if (this.#done) return
    this.#done = true
    this.#lastWord = null
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#client.off('data', this.#onToolData).off('drain', this.#onClientDrain)
    this.#client.off('end', this.#onToolGone).off('close', this.#onToolGone)
    this.#upstream.off('data', this.#onResourceData).off('drain', this.#onUpstreamDrain)
    this.#upstream.off('end', this.#onResourceGone).off('close', this.#onResourceGone)
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#pipeline.abandon()
    const records = this.#records
    this.#records = []
    if (!this.#upstream.destroyed) this.#closeUpstream()
    // Whether or not the last records were kept, there is nothing left to hold back.
    const close = (): void => {
      this.#client.end()
      this.#resolve({ reason: this.#reason ?? 'tool_closed', bytesUp: this.#bytesUp, bytesDown: this.#output.bytes })
    }
    Promise.all(records).then(close, close)
  }

  #closeUpstream(): void {
    const stream = this.#upstream
    this.#input.flush()
    if (stream.writable && this.#toolScanner.passedAtBoundary && !this.#tool.terminated) stream.write(encodeTerminate())
    const timer = setTimeout(() => stream.destroy(), FAREWELL)
    stream.once('close', () => clearTimeout(timer))
    stream.end(() => stream.destroy())
  }
}

const ofResource = (error: unknown): PostgresqlError =>
  error instanceof ProtocolViolation
    ? postgresqlError('resource_protocol_error', { detail: `${error.message}.`, cause: error })
    : toPostgresqlError(error)
