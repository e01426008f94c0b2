/**
 * Messages from the tool, and those that we send to a resource ourselves (PostgreSQL manual, "Message Formats").
 *
 *   Query        String statement
 *   Parse        String name · String statement · Int16 n · Int32[n] types
 *   Bind         String portal · String statement · Int16 n · Int16[n] formats · Int16 n · (Int32 length · Byte[length])[n] ·
 *                Int16 n · Int16[n] result formats
 *   Execute      String portal · Int32 most rows
 *   Describe     Byte1 'S' or 'P' · String name
 *   Close        Byte1 'S' or 'P' · String name
 *   FunctionCall Int32 function · Int16 n · Int16[n] formats · Int16 n · (Int32 length · Byte[length])[n] · Int16 result format
 *   CopyFail     String message
 *
 * Decoders take the body; texts stay bytes, because only the relay knows their encoding.
 */
import type { Span } from './frame-scanner.ts'
import { cstring, encodeMessage, int32 } from './encode.ts'
import { frontend } from './messages.ts'
import { BodyReader } from './reader.ts'
import { ProtocolViolation } from './violation.ts'

const reading = (body: Span): BodyReader => new BodyReader(body.buffer, body.start, body.end)

/** One parameter as it was sent: null, or its bytes in text or binary format. */
export interface ParameterValue {
  readonly binary: boolean
  readonly bytes: Buffer | null
}

export const decodeQuery = (body: Span): Buffer => {
  const reader = reading(body)
  const statement = reader.cstring()
  reader.end()
  return statement
}

export interface ParseMessage {
  readonly name: Buffer
  readonly statement: Buffer
}

export const decodeParse = (body: Span): ParseMessage => {
  const reader = reading(body)
  const name = reader.cstring()
  const statement = reader.cstring()
  reader.bytes(reader.count16() * 4)
  reader.end()
  return { name, statement }
}

/** Format codes: none means text for all, one is for all, else one each. */
const decodeFormats = (reader: BodyReader): readonly boolean[] => {
  const count = reader.count16()
  if (count * 2 > reader.remaining) throw new ProtocolViolation('message is shorter than its fields')
  const formats: boolean[] = []
  for (let index = 0; index < count; index++) formats.push(isBinary(reader.count16()))
  return formats
}

const isBinary = (format: number): boolean => {
  // The only format codes that exist are 0 (text) and 1 (binary).
  if (format > 1) throw new ProtocolViolation('unknown format code')
  return format === 1
}

const formatOf = (formats: readonly boolean[], index: number): boolean =>
  (formats.length === 1 ? formats[0] : formats[index]) ?? false

const decodeValues = (
  reader: BodyReader,
  formats: readonly boolean[],
  most: number,
): { values: ParameterValue[]; count: number } => {
  const count = reader.count16()
  // A server refuses any other number of formats; we need not guess which format it would have meant.
  if (formats.length > 1 && formats.length !== count) throw new ProtocolViolation('formats and values differ in number')
  const values: ParameterValue[] = []
  for (let index = 0; index < count; index++) {
    const length = reader.int32()
    if (length < -1) throw new ProtocolViolation('negative length')
    const bytes = length === -1 ? null : reader.bytes(length)
    if (index < most) values.push({ binary: formatOf(formats, index), bytes })
  }
  return { values, count }
}

export interface BindMessage {
  readonly portal: Buffer
  readonly statement: Buffer
  /** The first values, as many as were asked for. */
  readonly values: readonly ParameterValue[]
  /** How many there really are. */
  readonly count: number
}

export const decodeBind = (body: Span, mostValues: number): BindMessage => {
  const reader = reading(body)
  const portal = reader.cstring()
  const statement = reader.cstring()
  const { values, count } = decodeValues(reader, decodeFormats(reader), mostValues)
  decodeFormats(reader)
  reader.end()
  return { portal, statement, values, count }
}

export const decodeExecute = (body: Span): { readonly portal: Buffer; readonly mostRows: number } => {
  const reader = reading(body)
  const portal = reader.cstring()
  const mostRows = reader.int32()
  reader.end()
  return { portal, mostRows }
}

export interface NamedTarget {
  readonly kind: 'statement' | 'portal'
  readonly name: Buffer
}

const STATEMENT = 'S'.charCodeAt(0)
const PORTAL = 'P'.charCodeAt(0)

/** The body of Describe and Close. */
export const decodeNamedTarget = (body: Span): NamedTarget => {
  const reader = reading(body)
  const kind = reader.byte()
  if (kind !== STATEMENT && kind !== PORTAL) throw new ProtocolViolation('neither a statement nor a portal')
  const name = reader.cstring()
  reader.end()
  return { kind: kind === STATEMENT ? 'statement' : 'portal', name }
}

export interface FunctionCallMessage {
  readonly functionId: number
  readonly values: readonly ParameterValue[]
  readonly count: number
}

export const decodeFunctionCall = (body: Span, mostValues: number): FunctionCallMessage => {
  const reader = reading(body)
  const functionId = reader.int32() >>> 0
  const { values, count } = decodeValues(reader, decodeFormats(reader), mostValues)
  isBinary(reader.count16())
  reader.end()
  return { functionId, values, count }
}

export const encodeQuery = (statement: string): Buffer => encodeMessage(frontend.query, cstring(statement))

/** `name` are the bytes of a name, without NUL. */
export const encodeParse = (name: Buffer, statement: string): Buffer =>
  encodeMessage(frontend.parse, Buffer.concat([name, Buffer.alloc(1), cstring(statement), Buffer.alloc(2)]))

export const encodeFlush = (): Buffer => encodeMessage(frontend.flush, Buffer.alloc(0))

export const encodeTerminate = (): Buffer => encodeMessage(frontend.terminate, Buffer.alloc(0))

/** PasswordMessage from bytes: a password is never turned into a string. The caller overwrites the result after sending. */
export const encodePasswordMessage = (password: Buffer): Buffer =>
  encodeMessage(frontend.password, Buffer.concat([password, Buffer.alloc(1)]))

export const encodeSaslInitialResponse = (mechanism: string, response: Buffer): Buffer =>
  encodeMessage(frontend.password, Buffer.concat([cstring(mechanism), int32(response.length), response]))

export const encodeSaslResponse = (response: Buffer): Buffer => encodeMessage(frontend.password, response)
