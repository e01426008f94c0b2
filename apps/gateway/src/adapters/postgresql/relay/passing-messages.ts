/**
 * Messages that are too long to be kept: read field by field as their bytes pass. Each reader is a generator that asks for its
 * next field and gets it once enough bytes came.
 */
import { MAX_SMALL_MESSAGE } from '../codec/limits.ts'
import { ProtocolViolation } from '../codec/violation.ts'
import { PassingStatement, type Statement } from '../statements/statement.ts'
import type { LeasedName } from '../statements/password-guard.ts'
import type { TextEncoding } from '../statements/text-encoding.ts'
import { PassingValue, ValueCollector, type Values } from '../statements/values.ts'

/** A field: a short one handed over whole, a string up to its NUL, or bytes handed over as they pass. */
type Field =
  | { readonly kind: 'bytes'; readonly length: number }
  | { readonly kind: 'name' }
  | { readonly kind: 'text'; readonly each: (piece: Buffer) => void }
  | { readonly kind: 'passing'; readonly length: number; readonly each: (piece: Buffer) => void }

type Fields<T> = Generator<Field, T, Buffer>

const NUL = 0
const NOTHING = Buffer.alloc(0)

/** Feeds one generator with the bytes of one message body. */
class FieldReader<T> {
  readonly #fields: Fields<T>
  #field: Field | null
  #result: T | null = null
  #gathered: Buffer = NOTHING
  #passed = 0

  constructor(fields: Fields<T>) {
    this.#fields = fields
    this.#field = this.#next(NOTHING)
  }

  push(piece: Buffer): void {
    let rest = piece
    while (this.#field !== null && rest.length > 0) rest = this.#feed(this.#field, rest)
    if (rest.length > 0) throw new ProtocolViolation('message is longer than its fields')
  }

  finish(): T {
    if (this.#field !== null) throw new ProtocolViolation('message is shorter than its fields')
    return this.#result!
  }

  #next(value: Buffer): Field | null {
    for (let step = this.#fields.next(value); ; step = this.#fields.next(NOTHING)) {
      if (step.done === true) {
        this.#result = step.value
        return null
      }
      // Fields without bytes are complete before any byte comes.
      if ((step.value.kind === 'bytes' || step.value.kind === 'passing') && step.value.length === 0) continue
      return step.value
    }
  }

  #feed(field: Field, piece: Buffer): Buffer {
    switch (field.kind) {
      case 'bytes':
        return this.#gather(piece, field.length)
      case 'name': {
        const nul = piece.indexOf(NUL)
        if (this.#gathered.length + piece.length > MAX_SMALL_MESSAGE && (nul < 0 || nul > MAX_SMALL_MESSAGE)) {
          throw new ProtocolViolation('name is too long')
        }
        if (nul < 0) {
          this.#gathered = Buffer.concat([this.#gathered, piece])
          return NOTHING
        }
        this.#complete(Buffer.concat([this.#gathered, piece.subarray(0, nul)]))
        return piece.subarray(nul + 1)
      }
      case 'text': {
        const nul = piece.indexOf(NUL)
        field.each(nul < 0 ? piece : piece.subarray(0, nul))
        if (nul < 0) return NOTHING
        this.#complete(NOTHING)
        return piece.subarray(nul + 1)
      }
      case 'passing': {
        const part = piece.subarray(0, field.length - this.#passed)
        field.each(part)
        this.#passed += part.length
        if (this.#passed === field.length) this.#complete(NOTHING)
        return piece.subarray(part.length)
      }
    }
  }

  #gather(piece: Buffer, length: number): Buffer {
    const missing = length - this.#gathered.length
    const gathered = Buffer.concat([this.#gathered, piece.subarray(0, missing)])
    if (gathered.length === length) this.#complete(gathered)
    else this.#gathered = gathered
    return piece.subarray(Math.min(missing, piece.length))
  }

  #complete(value: Buffer): void {
    this.#gathered = NOTHING
    this.#passed = 0
    this.#field = this.#next(value)
  }
}

function* count16(): Fields<number> {
  return (yield { kind: 'bytes', length: 2 }).readUInt16BE(0)
}

const ignore = (): void => undefined

function* formats(): Fields<readonly boolean[]> {
  const count = yield* count16()
  const codes: boolean[] = []
  for (let index = 0; index < count; index++) {
    const code = yield* count16()
    if (code > 1) throw new ProtocolViolation('unknown format code')
    codes.push(code === 1)
  }
  return codes
}

function* values(encoding: TextEncoding): Fields<Values> {
  const codes = yield* formats()
  const count = yield* count16()
  if (codes.length > 1 && codes.length !== count) throw new ProtocolViolation('formats and values differ in number')
  const collector = new ValueCollector()
  for (let index = 0; index < count; index++) {
    const length = (yield { kind: 'bytes', length: 4 }).readInt32BE(0)
    if (length < -1) throw new ProtocolViolation('negative length')
    if (length === -1) collector.add({ form: 'null' })
    else if (!collector.open) {
      yield { kind: 'passing', length, each: ignore }
      collector.skip()
    } else {
      const value = new PassingValue((codes.length === 1 ? codes[0] : codes[index]) ?? false, encoding)
      yield { kind: 'passing', length, each: (piece) => value.push(piece) }
      collector.add(value.finish())
    }
  }
  return collector.finish()
}

function* queryFields(statement: PassingStatement): Fields<{ readonly statement: Statement }> {
  yield { kind: 'text', each: (piece) => statement.push(piece) }
  return { statement: statement.finish() }
}

function* parseFields(statement: PassingStatement): Fields<{ readonly name: string; readonly statement: Statement }> {
  const name = (yield { kind: 'name' }).toString('latin1')
  yield { kind: 'text', each: (piece) => statement.push(piece) }
  const types = yield* count16()
  yield { kind: 'passing', length: types * 4, each: ignore }
  return { name, statement: statement.finish() }
}

interface PassedBind {
  readonly portal: string
  readonly source: string
  readonly values: Values
}

function* bindFields(encoding: TextEncoding): Fields<PassedBind> {
  const portal = (yield { kind: 'name' }).toString('latin1')
  const source = (yield { kind: 'name' }).toString('latin1')
  const read = yield* values(encoding)
  yield* formats()
  return { portal, source, values: read }
}

function* functionFields(encoding: TextEncoding): Fields<{ readonly functionId: number; readonly values: Values }> {
  const functionId = (yield { kind: 'bytes', length: 4 }).readUInt32BE(0)
  const read = yield* values(encoding)
  yield* count16()
  return { functionId, values: read }
}

export interface StatementContext {
  readonly leased: LeasedName
  readonly encoding: TextEncoding
}

/** A Query or Parse that is read as it passes; tells early when it must not go on. */
class PassingWithStatement<T> extends FieldReader<T> {
  readonly #statement: PassingStatement

  constructor(statement: PassingStatement, fields: Fields<T>) {
    super(fields)
    this.#statement = statement
  }

  get refused(): boolean {
    return this.#statement.refused
  }

  /** The statement as far as it came. */
  soFar(): Statement {
    return this.#statement.finish()
  }
}

export const passingQuery = (context: StatementContext) => {
  const statement = new PassingStatement(context.leased, context.encoding)
  return new PassingWithStatement(statement, queryFields(statement))
}

export const passingParse = (context: StatementContext) => {
  const statement = new PassingStatement(context.leased, context.encoding)
  return new PassingWithStatement(statement, parseFields(statement))
}

export const passingBind = (encoding: TextEncoding) => new FieldReader(bindFields(encoding))

export const passingFunctionCall = (encoding: TextEncoding) => new FieldReader(functionFields(encoding))
