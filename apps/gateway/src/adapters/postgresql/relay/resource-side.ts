/** What the resource sends once the tool is connected: passed on as it is, read only as far as the record needs it. */
import { resourceError } from '../activity.ts'
import { decodeCommandTag, decodeError, decodeParameterStatus, decodeReadyForQuery, encodeError } from '../codec/backend.ts'
import { READ_NOTHING, READ_WHOLE, type FrameRules, type Reading, type Span } from '../codec/frame-scanner.ts'
import { MAX_HELD_ERROR, MAX_MESSAGE, MAX_SMALL_MESSAGE } from '../codec/limits.ts'
import { backend, transactionStatus } from '../codec/messages.ts'
import { ProtocolViolation } from '../codec/violation.ts'
import { postgresqlError } from '../errors.ts'
import type { TextEncoding } from '../statements/text-encoding.ts'
import type { Pipeline } from './pipeline.ts'

interface ResourceSideOptions {
  readonly pipeline: Pipeline
  readonly encoding: TextEncoding
  /** Where bytes for the tool go. */
  readonly pass: (bytes: Buffer) => void
}

const UNREADABLE = resourceError('XX000', 'The error of the resource is too long to be recorded.')

export class ResourceSide implements FrameRules {
  readonly #pipeline: Pipeline
  readonly #encoding: TextEncoding
  readonly pass: (bytes: Buffer) => void
  /** The resource said why it ends the connection; nothing needs to be added. */
  saidGoodbye = false

  constructor(options: ResourceSideOptions) {
    this.#pipeline = options.pipeline
    this.#encoding = options.encoding
    this.pass = options.pass
  }

  admit(type: number, bodyLength: number): Reading {
    if (bodyLength > MAX_MESSAGE) throw new ProtocolViolation('length of a message is over its limit')
    switch (type) {
      case backend.dataRow:
        this.#pipeline.dataRow()
        return READ_NOTHING
      case backend.copyData:
        this.#pipeline.copyBytesOut(bodyLength)
        return READ_NOTHING
      case backend.rowDescription:
        this.#pipeline.rowDescription()
        return READ_NOTHING
      case backend.parameterDescription:
        this.#pipeline.parameterDescription()
        return READ_NOTHING
      case backend.functionCallResponse:
        this.#pipeline.functionResult()
        return READ_NOTHING
      case backend.noticeResponse:
      case backend.notificationResponse:
        return READ_NOTHING
      case backend.errorResponse:
        if (bodyLength <= MAX_HELD_ERROR) return READ_WHOLE
        this.#pipeline.error(UNREADABLE, () => UNREADABLE)
        return READ_NOTHING
      case backend.bindComplete:
      case backend.closeComplete:
      case backend.commandComplete:
      case backend.copyBothResponse:
      case backend.copyDone:
      case backend.copyInResponse:
      case backend.copyOutResponse:
      case backend.emptyQueryResponse:
      case backend.noData:
      case backend.parameterStatus:
      case backend.parseComplete:
      case backend.portalSuspended:
      case backend.readyForQuery:
        if (bodyLength > MAX_SMALL_MESSAGE) throw new ProtocolViolation('length of a message is over its limit')
        return READ_WHOLE
      default:
        // Also a second key or request to sign in: the resource's cancel secret must never pass.
        throw new ProtocolViolation('unexpected message type')
    }
  }

  whole(type: number, body: Span): boolean | Buffer {
    const pipeline = this.#pipeline
    switch (type) {
      case backend.commandComplete:
        pipeline.commandComplete(decodeCommandTag(body))
        return true
      case backend.readyForQuery:
        pipeline.readyForQuery(decodeReadyForQuery(body) === transactionStatus.idle)
        return true
      case backend.bindComplete:
        pipeline.bindComplete()
        return true
      case backend.parseComplete:
        pipeline.parseComplete()
        return true
      case backend.closeComplete:
        pipeline.closeComplete()
        return true
      case backend.noData:
        pipeline.noData()
        return true
      case backend.portalSuspended:
        pipeline.portalSuspended()
        return true
      case backend.emptyQueryResponse:
        pipeline.commandComplete('')
        return true
      case backend.copyInResponse:
        pipeline.copyStart('in')
        return true
      case backend.copyOutResponse:
        pipeline.copyStart('out')
        return true
      case backend.copyBothResponse:
        pipeline.copyStart('both')
        return true
      case backend.copyDone:
        pipeline.copyDone()
        return true
      case backend.parameterStatus:
        this.#parameterStatus(body)
        return true
      case backend.errorResponse:
        return this.#error(body)
      default:
        return true
    }
  }

  part(): void {
    // Nothing is read in parts on this side.
  }

  #parameterStatus(body: Span): void {
    const { name, value } = decodeParameterStatus(body)
    if (name === 'client_encoding') this.#encoding.set(value)
  }

  #error(body: Span): boolean | Buffer {
    const fields = decodeError(body, (bytes) => this.#encoding.decode(bytes))
    if (fields.severity === 'FATAL' || fields.severity === 'PANIC') this.saidGoodbye = true
    const refusal = postgresqlError('password_change_refused', { severity: 'ERROR' }).fields
    const replaced = this.#pipeline.error(resourceError(fields.sqlstate, fields.message), () =>
      resourceError(refusal.sqlstate, refusal.message),
    )
    return replaced ? encodeError(refusal) : true
  }
}
