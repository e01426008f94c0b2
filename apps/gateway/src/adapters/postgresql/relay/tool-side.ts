/** What the tool sends once it is connected: bounds, order, what is kept for the record, and what is refused. */
import { MAX_BINDS } from '@sallyport/recording'
import { resourceError } from '../activity.ts'
import { READ_NOTHING, READ_PARTS, READ_WHOLE, type FrameRules, type Reading, type Span } from '../codec/frame-scanner.ts'
import {
  decodeBind,
  decodeExecute,
  decodeFunctionCall,
  decodeNamedTarget,
  decodeParse,
  decodeQuery,
  encodeParse,
  encodeQuery,
} from '../codec/frontend.ts'
import { MAX_HELD_STATEMENT, MAX_HELD_VALUES, MAX_MESSAGE, MAX_SMALL_MESSAGE } from '../codec/limits.ts'
import { frontend } from '../codec/messages.ts'
import { ProtocolViolation } from '../codec/violation.ts'
import { postgresqlError } from '../errors.ts'
import { readStatement, type Statement } from '../statements/statement.ts'
import { readValues } from '../statements/values.ts'
import { passingBind, passingFunctionCall, passingParse, passingQuery, type StatementContext } from './passing-messages.ts'
import type { Pipeline } from './pipeline.ts'

/**
 * Sent in the place of a refused statement: it cannot be parsed, so that the resource does to the transaction and to the rest
 * of the pipeline exactly what it does after any other error. The resource's log shows it as it is.
 */
const UNPARSABLE = 'sallyport refused a password change'

/** A message being read as it passes, and what happens at its end. */
interface Passing {
  push(piece: Buffer): void
  finish(): void
}

interface ToolSideOptions {
  readonly pipeline: Pipeline
  readonly context: StatementContext
  /** Where bytes for the resource go. */
  readonly pass: (bytes: Buffer) => void
}

export class ToolSide implements FrameRules {
  readonly #pipeline: Pipeline
  readonly #context: StatementContext
  readonly pass: (bytes: Buffer) => void
  #passing: Passing | null = null
  /** The tool said goodbye; nothing may follow. */
  terminated = false

  constructor(options: ToolSideOptions) {
    this.#pipeline = options.pipeline
    this.#context = options.context
    this.pass = options.pass
  }

  admit(type: number, bodyLength: number): Reading {
    if (this.terminated) throw new ProtocolViolation('message after Terminate')
    switch (type) {
      case frontend.copyData:
        limit(bodyLength, MAX_MESSAGE)
        this.#pipeline.copyBytesIn(bodyLength)
        return READ_NOTHING
      case frontend.copyFail:
        limit(bodyLength, MAX_MESSAGE)
        this.#pipeline.copyEnd()
        return READ_NOTHING
      case frontend.copyDone:
      case frontend.sync:
      case frontend.flush:
      case frontend.terminate:
        limit(bodyLength, 0)
        return READ_WHOLE
      case frontend.execute:
      case frontend.describe:
      case frontend.close:
        this.#pipeline.expectNoCopy()
        limit(bodyLength, MAX_SMALL_MESSAGE)
        return READ_WHOLE
      case frontend.query:
      case frontend.parse:
        return this.#heldOrPassing(type, bodyLength, MAX_HELD_STATEMENT)
      case frontend.bind:
      case frontend.functionCall:
        return this.#heldOrPassing(type, bodyLength, MAX_HELD_VALUES)
      default:
        throw new ProtocolViolation('unknown message type')
    }
  }

  whole(type: number, body: Span): boolean | Buffer {
    const pipeline = this.#pipeline
    switch (type) {
      case frontend.query:
        return this.#query(decodeQuery(body))
      case frontend.parse: {
        const { name, statement } = decodeParse(body)
        return this.#parse(name, statement)
      }
      case frontend.bind: {
        const message = decodeBind(body, MAX_BINDS)
        const values = readValues(message, this.#context.encoding)
        pipeline.bind(message.portal.toString('latin1'), message.statement.toString('latin1'), values)
        return true
      }
      case frontend.execute:
        pipeline.execute(decodeExecute(body).portal.toString('latin1'))
        return true
      case frontend.describe:
        pipeline.describe(decodeNamedTarget(body))
        return true
      case frontend.close:
        pipeline.close(decodeNamedTarget(body))
        return true
      case frontend.functionCall: {
        const message = decodeFunctionCall(body, MAX_BINDS)
        pipeline.functionCall(message.functionId, readValues(message, this.#context.encoding))
        return true
      }
      case frontend.sync:
        pipeline.sync()
        return true
      case frontend.copyDone:
        pipeline.copyEnd()
        return true
      case frontend.terminate:
        this.terminated = true
        return true
      default:
        return true
    }
  }

  part(_type: number, body: Span, left: number): void {
    const passing = this.#passing
    if (passing === null) return
    passing.push(body.buffer.subarray(body.start, body.end))
    if (left > 0) return
    this.#passing = null
    passing.finish()
  }

  #query(text: Buffer): boolean | Buffer {
    const statement = readStatement(text, this.#context.leased, this.#context.encoding)
    this.#pipeline.query(statement)
    return statement.refused ? encodeQuery(UNPARSABLE) : true
  }

  #parse(name: Buffer, text: Buffer): boolean | Buffer {
    const statement = readStatement(text, this.#context.leased, this.#context.encoding)
    this.#pipeline.parse(name.toString('latin1'), statement)
    return statement.refused ? encodeParse(name, UNPARSABLE) : true
  }

  #heldOrPassing(type: number, bodyLength: number, held: number): Reading {
    this.#pipeline.expectNoCopy()
    limit(bodyLength, MAX_MESSAGE)
    if (bodyLength <= held) return READ_WHOLE
    this.#passing = this.#startPassing(type)
    return READ_PARTS
  }

  #startPassing(type: number): Passing {
    const pipeline = this.#pipeline
    const { encoding } = this.#context
    switch (type) {
      case frontend.query: {
        const reader = passingQuery(this.#context)
        return this.#refusing('simple', reader, () => pipeline.query(reader.finish().statement))
      }
      case frontend.parse: {
        const reader = passingParse(this.#context)
        return this.#refusing('extended', reader, () => {
          const { name, statement } = reader.finish()
          pipeline.parse(name, statement)
        })
      }
      case frontend.bind: {
        const reader = passingBind(encoding)
        const finish = (): void => {
          const { portal, source, values } = reader.finish()
          pipeline.bind(portal, source, values)
        }
        return { push: (piece) => reader.push(piece), finish }
      }
      default: {
        const reader = passingFunctionCall(encoding)
        const finish = (): void => {
          const { functionId, values } = reader.finish()
          pipeline.functionCall(functionId, values)
        }
        return { push: (piece) => reader.push(piece), finish }
      }
    }
  }

  /** Ends the connection where a passing statement must not go on: the resource never runs what it never got whole. */
  #refusing(
    form: 'simple' | 'extended',
    reader: { push(piece: Buffer): void; readonly refused: boolean; soFar(): Statement },
    finish: () => void,
  ): Passing {
    const check = (): void => {
      if (!reader.refused) return
      const refusal = postgresqlError('password_change_refused')
      this.#pipeline.refuse(form, reader.soFar(), resourceError(refusal.fields.sqlstate, refusal.fields.message))
      throw refusal
    }
    return {
      push: (piece) => {
        reader.push(piece)
        check()
      },
      finish: () => {
        finish()
        check()
      },
    }
  }
}

const limit = (length: number, most: number): void => {
  if (length > most) throw new ProtocolViolation('length of a message is over its limit')
}
