/** Everything that can go wrong when PostgreSQL is started here. The codes are stable; the texts are not. */
export type PostgresErrorCode = keyof typeof postgresErrors

/** What each code means and what the person who started the program can do about it. */
export const postgresErrors = {
  already_running: 'another process runs PostgreSQL on this data folder: stop it, or choose another folder',
  binaries_missing: 'the PostgreSQL programs are not where they were looked for',
  data_folder_damaged: 'the data folder lacks a part it must have: restore it from a backup, or begin with an empty folder',
  data_folder_unreachable: 'the account that runs PostgreSQL cannot reach the data folder: choose a folder it can reach',
  initialization_failed: 'initdb could not create the database cluster',
  no_unprivileged_account: 'PostgreSQL refuses to run as root, and no other account was found or given',
  orphan_unstoppable: 'a PostgreSQL left over from an earlier run could not be stopped',
  port_taken: 'the TCP port is in use by another program',
  setting_refused: 'a setting cannot be used here',
  start_failed: 'PostgreSQL ended before it was ready',
  start_timeout: 'PostgreSQL was not ready in time',
  stop_failed: 'PostgreSQL could not be stopped',
  version_mismatch: 'the data folder belongs to another major version of PostgreSQL',
} as const

export interface PostgresErrorOptions {
  /** What exactly was met: a path, a version, the last lines of the server. Never a secret. */
  readonly detail?: string
  readonly cause?: unknown
}

export class PostgresError extends Error {
  readonly code: PostgresErrorCode

  constructor(code: PostgresErrorCode, options: PostgresErrorOptions = {}) {
    const text = postgresErrors[code]
    super(options.detail === undefined ? text : `${text} (${options.detail})`, { cause: options.cause })
    this.name = 'PostgresError'
    this.code = code
  }
}
