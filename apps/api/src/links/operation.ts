/** What one role asks of another: a named operation whose input and output have schemas, checked wherever they cross a process. */
import { z } from 'zod'
import { base64urlUpTo, fromBase64url, toBase64url } from '@sallyport/protocol'

export interface Operation<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly input: Input
  readonly output: Output
}

export type Operations = Readonly<Record<string, Operation>>

export const defineOperations = <const Table extends Operations>(table: Table): Table => table

/** The operations as functions: what a role offers, and what a link to it looks like. Errors are `SallyportError`s. */
export type LinkOf<Table extends Operations> = {
  readonly [Name in keyof Table]: (input: z.output<Table[Name]['input']>) => Promise<z.output<Table[Name]['output']>>
}

/** Bytes that travel as base64url text, at most this many. */
export const bytesUpTo = (limit: number) =>
  z.codec(
    base64urlUpTo(limit),
    z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    {
      decode: (text): Uint8Array => fromBase64url(text),
      encode: (bytes): string => toBase64url(bytes),
    },
  )
