/** Parameters of commands: what is typed, and how it becomes a value. */
import type { Context } from '../context.ts'
import type { NounName } from '../names/nouns.ts'

/** Turns one typed text into a value. Throws `invalid_request` or `not_found`. */
export interface Reader<Value> {
  read(text: string, context: Context): Value | Promise<Value>
  /** What completion offers: names of this kind, these words, or file names. */
  readonly offers?: NounName | 'granted' | 'file' | readonly string[]
}

export interface Parameter<Value = unknown> {
  readonly kind: 'argument' | 'option'
  /** As usage shows it: `<user>`, `[program-arguments...]`, `--limit <count>`, `--strict-recording`. */
  readonly usage: string
  readonly summary: string
  readonly required: boolean
  readonly offers: Reader<unknown>['offers']
  /** Made from everything that was typed for it: no text when it was not given, and an empty one for a flag. */
  valueOf(texts: readonly string[], context: Context): Value | Promise<Value>
}

export type Parameters = Readonly<Record<string, Parameter>>
export type ValuesOf<Shape extends Parameters> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Parameter<infer Value> ? Value : never
}

interface Description {
  readonly kind: Parameter['kind']
  readonly usage: string
  readonly summary: string
}

const one = <Value>(description: Description, reader: Reader<Value>): Parameter<Value> => ({
  ...description,
  required: true,
  offers: reader.offers,
  valueOf: (texts, context) => reader.read(texts.at(-1)!, context),
})

const atMostOne = <Value>(description: Description, reader: Reader<Value>): Parameter<Value | undefined> => ({
  ...description,
  required: false,
  offers: reader.offers,
  valueOf: (texts, context) => (texts.length === 0 ? undefined : reader.read(texts.at(-1)!, context)),
})

const any = <Value>(description: Description, reader: Reader<Value>): Parameter<readonly Value[]> => ({
  ...description,
  required: false,
  offers: reader.offers,
  valueOf: async (texts, context) => {
    const values: Value[] = []
    for (const text of texts) values.push(await reader.read(text, context))
    return values
  },
})

export const argument = <Value>(name: string, summary: string, reader: Reader<Value>): Parameter<Value> =>
  one({ kind: 'argument', usage: `<${name}>`, summary }, reader)

export const optionalArgument = <Value>(name: string, summary: string, reader: Reader<Value>): Parameter<Value | undefined> =>
  atMostOne({ kind: 'argument', usage: `[${name}]`, summary }, reader)

export const remainingArguments = <Value>(name: string, summary: string, reader: Reader<Value>): Parameter<readonly Value[]> =>
  any({ kind: 'argument', usage: `[${name}...]`, summary }, reader)

/** @param usage with its value's name: `limit <count>`. */
export const option = <Value>(usage: string, summary: string, reader: Reader<Value>): Parameter<Value | undefined> =>
  atMostOne({ kind: 'option', usage: `--${usage}`, summary }, reader)

export const requiredOption = <Value>(usage: string, summary: string, reader: Reader<Value>): Parameter<Value> =>
  one({ kind: 'option', usage: `--${usage}`, summary }, reader)

export const repeatedOption = <Value>(usage: string, summary: string, reader: Reader<Value>): Parameter<readonly Value[]> =>
  any({ kind: 'option', usage: `--${usage}`, summary: `${summary}; may be repeated` }, reader)

/** @param name must not begin with `no-`, which parsers read as the opposite of another flag. */
export const flag = (name: string, summary: string): Parameter<boolean> => ({
  kind: 'option',
  usage: `--${name}`,
  summary,
  required: false,
  offers: undefined,
  valueOf: (texts) => texts.length > 0,
})
