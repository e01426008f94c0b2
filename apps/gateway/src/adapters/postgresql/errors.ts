/**
 * Errors that the adapter shows to a tool, as PostgreSQL errors: one table with the SQLSTATE, what happened and what to do.
 * The stable code stands in parentheses at the end of the message and alone in the field "routine". Errors of the resource
 * itself keep their own SQLSTATE and text, except those about signing in: the tool's user did not type that password.
 */
import { errorTable, isErrorCode, SallyportError, type ErrorKind } from '@sallyport/protocol'
import { encodeError, type ErrorFields } from './codec/backend.ts'
import { ProtocolViolation } from './codec/violation.ts'

interface Definition {
  readonly sqlstate: string
  readonly message: string
  readonly hint?: string
}

const define = <T extends Record<string, Definition>>(table: T): T => table

export const postgresqlErrors = define({
  protocol_error: {
    sqlstate: '08P01',
    message: 'the tool broke the PostgreSQL protocol',
    hint: 'Check that the tool speaks PostgreSQL and is up to date.',
  },
  resource_protocol_error: {
    sqlstate: '08P01',
    message: 'the resource broke the PostgreSQL protocol',
    hint: 'Ask an administrator to check the endpoint of this resource.',
  },
  unsupported_version: {
    sqlstate: '0A000',
    message: 'this version of the PostgreSQL protocol is not supported',
    hint: 'Sallyport speaks 3.0 and 3.2. Update the tool.',
  },
  startup_timeout: {
    sqlstate: '57014',
    message: 'the tool did not complete its sign-in in time',
    hint: 'Connect again.',
  },
  database_not_allowed: {
    sqlstate: '42501',
    message: 'this credential may not use that database',
    hint: 'Name one of the allowed databases, or ask for another credential.',
  },
  replication_not_allowed: {
    sqlstate: '42501',
    message: 'physical replication reads every database, and this credential is limited to some',
    hint: 'Use a credential without a list of databases, or logical replication (replication=database).',
  },
  resource_unreachable: {
    sqlstate: '08001',
    message: 'the resource does not answer',
    hint: 'Ask an administrator to check its endpoint and network.',
  },
  resource_timeout: {
    sqlstate: '08001',
    message: 'the resource did not complete the sign-in in time',
    hint: 'Try again, or ask an administrator to check the resource.',
  },
  resource_tls_refused: {
    sqlstate: '08001',
    message: 'the resource refuses TLS, and plaintext is not allowed for it',
    hint: 'Ask an administrator to switch TLS on at the resource.',
  },
  resource_sign_in_failed: {
    sqlstate: '28000',
    message: 'the resource refused the credential behind this connection',
    hint: 'Nothing is wrong with what you typed. Ask an administrator to check this credential, and the access rules of the resource.',
  },
  resource_authentication_weak: {
    sqlstate: '28000',
    message: 'the resource asks for a weaker way of signing in than its endpoint allows',
    hint: 'Ask an administrator to switch the resource to scram-sha-256, or to allow the weaker way for its endpoint.',
  },
  resource_authentication_unsupported: {
    sqlstate: '28000',
    message: 'the resource asks for a way of signing in that this credential cannot serve',
    hint: 'Ask an administrator to check the kind of this credential and the pg_hba.conf of the resource.',
  },
  resource_not_proven: {
    sqlstate: '28000',
    message: 'the resource could not prove that it knows the credential',
    hint: 'It may be another server than the one declared. Ask an administrator to check its endpoint and secret.',
  },
  resource_closed: {
    sqlstate: '08006',
    message: 'the resource closed the connection',
    hint: 'Connect again.',
  },
  recording_unavailable: {
    sqlstate: '58030',
    message: 'activity cannot be recorded, so the connection was ended',
    hint: 'Connect again later. If it happens again, ask an administrator to check the gateway.',
  },
  password_change_refused: {
    sqlstate: '42501',
    message: 'the password of the user behind this connection cannot be changed through Sallyport',
    hint: 'Its password is a secret that nobody holds. Ask an administrator to rotate it.',
  },
  limit_reached: {
    sqlstate: '54000',
    message: 'a limit of this connection is reached',
    hint: 'Close prepared statements that are no longer needed, and connect again.',
  },
  internal: {
    sqlstate: 'XX000',
    message: 'something went wrong on our side',
    hint: 'Connect again. If it happens again, report it.',
  },
})

export type PostgresqlErrorCode = keyof typeof postgresqlErrors

/** An error with what the tool is shown. `cause` is for a log only. */
export class PostgresqlError extends Error {
  override readonly name = 'PostgresqlError'
  /** Stable; also the reason that the record of the connection's end carries. */
  readonly code: string
  readonly fields: ErrorFields

  constructor(code: string, fields: ErrorFields, cause?: unknown) {
    super(fields.message, cause === undefined ? undefined : { cause })
    this.code = code
    this.fields = fields
  }
}

interface ErrorOptions {
  readonly severity?: 'ERROR' | 'FATAL'
  readonly detail?: string
  readonly cause?: unknown
}

export const postgresqlError = (code: PostgresqlErrorCode, options: ErrorOptions = {}): PostgresqlError => {
  const { sqlstate, message, hint }: Definition = postgresqlErrors[code]
  return new PostgresqlError(
    code,
    {
      severity: options.severity ?? 'FATAL',
      sqlstate,
      message: `${message} (${code})`,
      routine: code,
      ...(hint === undefined ? {} : { hint }),
      ...(options.detail === undefined ? {} : { detail: options.detail }),
    },
    options.cause,
  )
}

const isPostgresqlErrorCode = (code: string): code is PostgresqlErrorCode => Object.hasOwn(postgresqlErrors, code)

const sqlstateOfKind: Readonly<Record<ErrorKind, string>> = {
  authentication: '28000',
  permission: '28000',
  missing: '08004',
  conflict: '55000',
  limit: '53300',
  unavailable: '08001',
  input: '08P01',
  internal: 'XX000',
}

const hasCode = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'

/** The error of something around the adapter: its own kind, one of ours with a stable code, or anything else. */
export const toPostgresqlError = (error: unknown): PostgresqlError => {
  if (error instanceof PostgresqlError) return error
  if (error instanceof ProtocolViolation) return postgresqlError('protocol_error', { detail: `${error.message}.`, cause: error })
  if (error instanceof SallyportError || (hasCode(error) && isErrorCode(error.code))) {
    const code = error.code as keyof typeof errorTable
    const message = error instanceof SallyportError ? error.message : errorTable[code].text
    if (isPostgresqlErrorCode(code)) return postgresqlError(code, { detail: message, cause: error })
    const sqlstate = sqlstateOfKind[errorTable[code].kind]
    return new PostgresqlError(code, { severity: 'FATAL', sqlstate, message: `${message} (${code})`, routine: code }, error)
  }
  return postgresqlError('internal', { cause: error })
}

/**
 * Ends from outside. Once a tool is connected, SQLSTATE 57P01 (admin_shutdown) is what pools and drivers take for "this
 * connection is gone"; while it is still signing in, 28000 says that it may not come in.
 */
export const endedError = (reason: unknown, phase: 'signing in' | 'connected'): PostgresqlError => {
  const given = typeof reason === 'object' && reason !== null ? (reason as { code?: unknown; message?: unknown }) : {}
  const code = typeof given.code === 'string' ? given.code : 'stopping'
  const message = typeof given.message === 'string' ? given.message : errorTable.stopping.text
  return new PostgresqlError(code, {
    severity: 'FATAL',
    sqlstate: phase === 'connected' ? '57P01' : '28000',
    message: `${message} (${code})`,
    routine: code,
  })
}

export const errorMessage = (error: PostgresqlError): Buffer => encodeError(error.fields)
