/** Bind values and function arguments as they are recorded. */
import {
  BytesClipper,
  clip,
  clipBytes,
  encodedLength,
  MAX_BINDS,
  MAX_BIND_LENGTH,
  TextClipper,
  type BindValue,
} from '@sallyport/recording'
import type { ParameterValue } from '../codec/frontend.ts'
import type { TextEncoding } from './text-encoding.ts'

/** Most bytes that the values of one execution take in a record together; the statement needs its room too. */
const MOST_ENCODED = 384 * 1024

/** What a value takes in a record beside its text: `{"form":"text","value":{"text":"","clipped":{…}}},`. */
const OVERHEAD = 128

/** Most bytes that one UTF-16 code unit takes in a record. */
const LARGEST_ENCODED_UNIT = 6
const SHORT = 16

export interface Values {
  readonly recorded: readonly BindValue[]
  readonly omitted: number
  /** About the memory that they take, in bytes. */
  readonly size: number
}

export const NO_VALUES: Values = { recorded: [], omitted: 0, size: 0 }

const NULL: BindValue = { form: 'null' }

const textOf = (value: BindValue): string => (value.form === 'text' || value.form === 'binary' ? value.value.text : '')

/** Gathers values until their number or their size is what a record can hold; the rest is only counted. */
export class ValueCollector {
  readonly #recorded: BindValue[] = []
  #size = 0
  #count = 0

  /** False once further values are only counted. */
  get open(): boolean {
    return this.#recorded.length < MAX_BINDS && this.#size < MOST_ENCODED
  }

  skip(): void {
    this.#count++
  }

  add(value: BindValue): void {
    this.#count++
    if (!this.open) return
    const text = textOf(value)
    // The usual short value is not worth measuring.
    const size = OVERHEAD + (text.length <= SHORT ? text.length * LARGEST_ENCODED_UNIT : encodedLength(text))
    if (this.#size + size > MOST_ENCODED) {
      this.#size = MOST_ENCODED
      return
    }
    this.#size += size
    this.#recorded.push(value)
  }

  finish(): Values {
    return { recorded: this.#recorded, omitted: this.#count - this.#recorded.length, size: this.#size }
  }
}

const bindValue = (value: ParameterValue, encoding: TextEncoding): BindValue => {
  if (value.bytes === null) return NULL
  return value.binary
    ? { form: 'binary', value: clipBytes(value.bytes, MAX_BIND_LENGTH) }
    : { form: 'text', value: clip(encoding.decode(value.bytes), MAX_BIND_LENGTH) }
}

export const readValues = (
  message: { readonly values: readonly ParameterValue[]; readonly count: number },
  encoding: TextEncoding,
) => {
  if (message.count === 0) return NO_VALUES
  const collector = new ValueCollector()
  for (const value of message.values) collector.add(bindValue(value, encoding))
  for (let index = message.values.length; index < message.count; index++) collector.skip()
  return collector.finish()
}

/** One value that arrives in pieces. */
export class PassingValue {
  readonly #bytes: BytesClipper | null
  readonly #text: TextClipper | null
  readonly #decoder: ReturnType<TextEncoding['pieces']>

  constructor(binary: boolean, encoding: TextEncoding) {
    this.#bytes = binary ? new BytesClipper(MAX_BIND_LENGTH) : null
    this.#text = binary ? null : new TextClipper(MAX_BIND_LENGTH)
    this.#decoder = encoding.pieces()
  }

  push(piece: Buffer): void {
    this.#bytes?.append(piece)
    this.#text?.append(this.#decoder.decode(piece))
  }

  finish(): BindValue {
    if (this.#bytes !== null) return { form: 'binary', value: this.#bytes.finish() }
    this.#text!.append(this.#decoder.end())
    return { form: 'text', value: this.#text!.finish() }
  }
}
