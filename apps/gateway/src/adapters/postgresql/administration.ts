/**
 * Administrative statements on a resource: what the gateway itself does there, with a credential that no tool is connected
 * through. Simple queries only, one after the other, with small answers.
 */
import type { OpenedCredential } from '../adapter.ts'
import { ByteInput, InputClosed } from './byte-input.ts'
import { decodeError, type ErrorFields } from './codec/backend.ts'
import { encodeQuery, encodeTerminate } from './codec/frontend.ts'
import { backend, VERSION_3_0 } from './codec/messages.ts'
import { BodyReader } from './codec/reader.ts'
import { ProtocolViolation } from './codec/violation.ts'
import { postgresqlError } from './errors.ts'
import { type Message, readMessage, type ResourceLink, signIn } from './upstream.ts'

/** Rows that one statement may answer. */
const MAX_ROWS = 10_000
/** Milliseconds that a backend gets to end after it was told to, and between two looks. */
const END_LIMIT = 5_000
const LOOK_INTERVAL = 50

/** The values of a row as texts; null is NULL. */
export type Row = readonly (string | null)[]

export interface Administration {
  /**
   * Runs one simple query; several statements in it are one transaction. Returns the rows of all. Rejects with
   * {@link StatementRefused} for what the resource refuses, and with a coded error when the connection is lost.
   */
  run(statement: string): Promise<readonly Row[]>
  close(): void
}

/** The resource's own words about a statement. They hold no secret of ours: passwords go as verifiers. */
export class StatementRefused extends Error {
  override readonly name = 'StatementRefused'
  readonly sqlstate: string

  constructor({ message, detail, sqlstate }: ErrorFields) {
    super(`${message}${detail === undefined ? '' : `: ${detail}`} (${sqlstate})`.slice(0, 1000))
    this.sqlstate = sqlstate
  }
}

/** A quoted identifier. Throws for what no identifier can hold. */
export const identifier = (name: string): string => {
  if (name === '' || name.includes('\0')) throw new Error('not a name')
  return `"${name.replaceAll('"', '""')}"`
}

/** A quoted text, for connections of {@link administer}, where a backslash is only that. */
export const literal = (text: string): string => {
  if (text.includes('\0')) throw new Error('a text with NUL')
  return `'${text.replaceAll("'", "''")}'`
}

const decodeRow = ({ body }: Message): Row => {
  const reader = new BodyReader(body.buffer, body.start, body.end)
  const row = Array.from({ length: reader.count16() }, () => {
    const length = reader.int32()
    return length === -1 ? null : reader.bytes(length).toString()
  })
  reader.end()
  return row
}

const answer = async (input: ByteInput): Promise<readonly Row[]> => {
  const rows: Row[] = []
  let refused: StatementRefused | null = null
  for (;;) {
    const message = await readMessage(input)
    switch (message.type) {
      case backend.dataRow:
        if (rows.length >= MAX_ROWS) throw new ProtocolViolation('an answer has too many rows')
        rows.push(decodeRow(message))
        break
      case backend.errorResponse:
        refused ??= new StatementRefused(decodeError(message.body))
        break
      case backend.readyForQuery:
        if (refused !== null) throw refused
        return rows
      case backend.rowDescription:
      case backend.commandComplete:
      case backend.emptyQueryResponse:
      case backend.noticeResponse:
      case backend.notificationResponse:
      case backend.parameterStatus:
        break
      default:
        throw new ProtocolViolation('unexpected message while a statement runs')
    }
  }
}

/** Settings that statements of ours depend on, whatever the account or the server prefers. */
const parameters = (database: string): ReadonlyMap<string, string> =>
  new Map([
    ['database', database],
    ['application_name', 'sallyport'],
    ['client_encoding', 'UTF8'],
    ['standard_conforming_strings', 'on'],
    ['search_path', 'pg_catalog'],
    ['DateStyle', 'ISO'],
    ['TimeZone', 'UTC'],
  ])

/** Connects and signs in; the credential's secret is overwritten. Rejects with a coded error. */
export const administer = async (
  link: ResourceLink,
  credential: OpenedCredential,
  { database, signal }: { readonly database: string; readonly signal: AbortSignal },
): Promise<Administration> => {
  const { stream, rest } = await signIn(link, credential, { version: VERSION_3_0, parameters: parameters(database), signal })
  if (rest.length > 0) {
    stream.destroy()
    throw postgresqlError('resource_protocol_error')
  }
  const input = new ByteInput(stream, signal)
  stream.on('error', () => undefined)
  return {
    run: async (statement) => {
      stream.write(encodeQuery(statement))
      try {
        return await answer(input)
      } catch (error) {
        if (error instanceof StatementRefused) throw error
        // Whatever else it was, what comes next on this connection cannot be told.
        stream.destroy()
        if (error instanceof InputClosed) throw postgresqlError('resource_closed', { cause: error })
        if (error instanceof ProtocolViolation) throw postgresqlError('resource_protocol_error', { cause: error })
        throw error
      }
    },
    close: () => {
      input.detach()
      if (!stream.destroyed) stream.end(encodeTerminate())
      stream.resume()
    },
  }
}

/** Ends every connection of a user but this one, and waits until they are gone. `user`: an expression. Rejects with `resource_timeout`. */
export const endBackends = async (administration: Administration, user: string): Promise<void> => {
  const deadline = performance.now() + END_LIMIT
  const look = `select count(pg_terminate_backend(pid)) from pg_stat_activity
    where usename = ${user} and pid <> pg_backend_pid() having count(*) > 0`
  while ((await administration.run(look)).length > 0) {
    if (performance.now() > deadline) throw postgresqlError('resource_timeout')
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL))
  }
}
