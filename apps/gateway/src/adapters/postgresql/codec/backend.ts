/**
 * Messages from the resource, and those that we send to a tool ourselves (PostgreSQL manual, "Message Formats" and "Error and
 * Notice Message Fields").
 *
 *   Authentication           Int32 kind · rest by kind
 *   BackendKeyData           Int32 process ID · Byte[n] secret, n = 4 (3.0) or up to 256 (3.2)
 *   CommandComplete          String tag
 *   ErrorResponse            (Byte1 field · String value)* · Byte1 0
 *   NegotiateProtocolVersion Int32 newest version · Int32 n · String[n] unknown options
 *   ParameterStatus          String name · String value
 *   ReadyForQuery            Byte1 status
 */
import type { Span } from './frame-scanner.ts'
import { cstring, encodeMessage, int32 } from './encode.ts'
import { MAX_CANCEL_SECRET } from './limits.ts'
import { backend, transactionStatus } from './messages.ts'
import { BodyReader } from './reader.ts'
import { ProtocolViolation } from './violation.ts'

const reading = (body: Span): BodyReader => new BodyReader(body.buffer, body.start, body.end)

export type AuthenticationRequest =
  | { readonly kind: 'ok' }
  | { readonly kind: 'cleartext' }
  | { readonly kind: 'md5'; readonly salt: Buffer }
  | { readonly kind: 'sasl'; readonly mechanisms: readonly string[] }
  | { readonly kind: 'saslContinue'; readonly data: Buffer }
  | { readonly kind: 'saslFinal'; readonly data: Buffer }
  | { readonly kind: 'unsupported'; readonly number: number }

export const decodeAuthentication = (body: Span): AuthenticationRequest => {
  const reader = reading(body)
  const number = reader.int32()
  switch (number) {
    case 0:
      reader.end()
      return { kind: 'ok' }
    case 3:
      reader.end()
      return { kind: 'cleartext' }
    case 5: {
      const salt = reader.bytes(4)
      reader.end()
      return { kind: 'md5', salt }
    }
    case 10: {
      const mechanisms: string[] = []
      for (let name = reader.cstring(); name.length > 0; name = reader.cstring()) mechanisms.push(name.toString('latin1'))
      reader.end()
      return { kind: 'sasl', mechanisms }
    }
    case 11:
      return { kind: 'saslContinue', data: reader.rest() }
    case 12:
      return { kind: 'saslFinal', data: reader.rest() }
    default:
      return { kind: 'unsupported', number }
  }
}

export interface BackendKey {
  readonly processId: number
  readonly secret: Buffer
}

export const decodeBackendKey = (body: Span): BackendKey => {
  const reader = reading(body)
  const processId = reader.int32()
  const secret = Buffer.from(reader.rest())
  if (secret.length < 4 || secret.length > MAX_CANCEL_SECRET) throw new ProtocolViolation('length of a cancel secret')
  return { processId, secret }
}

export const decodeParameterStatus = (body: Span): { readonly name: string; readonly value: string } => {
  const reader = reading(body)
  const name = reader.cstring().toString()
  const value = reader.cstring().toString()
  reader.end()
  return { name, value }
}

export const decodeCommandTag = (body: Span): string => {
  const reader = reading(body)
  const tag = reader.cstring().toString('latin1')
  reader.end()
  return tag
}

/** Rows that a command tag counts ("INSERT 0 5", "SELECT 3", "COPY 7"); null for a tag without a count. */
export const rowsOfTag = (tag: string): number | null => {
  const last = tag.slice(tag.lastIndexOf(' ') + 1)
  return /^[0-9]{1,15}$/.test(last) ? Number(last) : null
}

export const decodeReadyForQuery = (body: Span): number => {
  const reader = reading(body)
  const status = reader.byte()
  reader.end()
  const { idle, inTransaction, failed } = transactionStatus
  if (status !== idle && status !== inTransaction && status !== failed) throw new ProtocolViolation('unknown transaction status')
  return status
}

export const decodeNegotiateProtocolVersion = (body: Span): { readonly version: number; readonly options: readonly string[] } => {
  const reader = reading(body)
  const version = reader.int32()
  const count = reader.int32()
  // Each name takes at least its NUL.
  if (count < 0 || count > reader.remaining) throw new ProtocolViolation('number of unknown options')
  const options: string[] = []
  for (let index = 0; index < count; index++) options.push(reader.cstring().toString())
  reader.end()
  return { version, options }
}

/** The fields of an error that matter to us, by their one-letter names; all others are kept in `others`. */
export interface ErrorFields {
  /** V where the server sends it (since 9.6), else S: never translated. */
  readonly severity: string
  readonly sqlstate: string
  readonly message: string
  readonly detail?: string
  readonly hint?: string
  /** Name of the routine that raised it; in errors of our own, our stable code. */
  readonly routine?: string
}

const field = (letter: string): number => letter.charCodeAt(0)

export const decodeError = (body: Span, decode: (bytes: Buffer) => string = (bytes) => bytes.toString()): ErrorFields => {
  const reader = reading(body)
  const fields = new Map<number, string>()
  for (let type = reader.byte(); type !== 0; type = reader.byte()) fields.set(type, decode(reader.cstring()))
  reader.end()
  const detail = fields.get(field('D'))
  const hint = fields.get(field('H'))
  const routine = fields.get(field('R'))
  return {
    severity: fields.get(field('V')) ?? fields.get(field('S')) ?? 'ERROR',
    sqlstate: fields.get(field('C')) ?? 'XX000',
    message: fields.get(field('M')) ?? '',
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
    ...(routine === undefined ? {} : { routine }),
  }
}

export const encodeError = (error: ErrorFields): Buffer => {
  let text = `S${clean(error.severity)}\0V${clean(error.severity)}\0C${clean(error.sqlstate)}\0M${clean(error.message)}\0`
  if (error.detail !== undefined) text += `D${clean(error.detail)}\0`
  if (error.hint !== undefined) text += `H${clean(error.hint)}\0`
  if (error.routine !== undefined) text += `R${clean(error.routine)}\0`
  return encodeMessage(backend.errorResponse, Buffer.from(`${text}\0`))
}

const clean = (text: string): string => text.replaceAll('\0', '')

export const encodeAuthenticationOk = (): Buffer => encodeMessage(backend.authentication, int32(0))

export const encodeBackendKey = (key: BackendKey): Buffer =>
  encodeMessage(backend.backendKeyData, Buffer.concat([int32(key.processId), key.secret]))

export const encodeNegotiateProtocolVersion = (version: number, options: readonly string[]): Buffer =>
  encodeMessage(
    backend.negotiateProtocolVersion,
    Buffer.concat([int32(version), int32(options.length), ...options.map((option) => cstring(option))]),
  )
