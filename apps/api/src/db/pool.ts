/** Connections of one database role, bounded in number and in what a statement may take. */
import { SallyportError } from '@sallyport/protocol'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { DatabaseLogin } from './login.ts'
import type { ProgramRole } from './roles.ts'
import type { Database, Pool } from './schema.ts'

/** Connections at once. The vault and the log have one task each. */
const sizes: Readonly<Record<ProgramRole, number>> = { api: 12, vault: 6, log: 4 }

/** Milliseconds. */
const STATEMENT_TIMEOUT = 15_000
const LOCK_TIMEOUT = 10_000
const IDLE_IN_TRANSACTION_TIMEOUT = 30_000
/** The log's transactions hold an organization's head: a process that was stopped in one must not hold it for long. */
const LOG_IDLE_IN_TRANSACTION_TIMEOUT = 5_000
const CONNECT_TIMEOUT = 10_000
const IDLE_TIMEOUT = 60_000

/**
 * Tables whose order in a join the planner chooses freely; of longer joins it takes the written order. Every table joins every
 * other over its organization, so that the orders it would try multiply: the statement behind a lease joins eight, and
 * planning it took 30 to 60 ms where running it takes one or two. With five it is planned in 2 ms and runs no longer.
 */
const JOIN_COLLAPSE_LIMIT = 5

/** Settings of every connection, in the form of a startup packet's `options` (libpq manual, "options"). */
const startupOptions = (login: DatabaseLogin, idleInTransaction: number): string =>
  [
    `-c statement_timeout=${STATEMENT_TIMEOUT}`,
    `-c lock_timeout=${LOCK_TIMEOUT}`,
    `-c idle_in_transaction_session_timeout=${idleInTransaction}`,
    `-c join_collapse_limit=${JOIN_COLLAPSE_LIMIT}`,
    `-c from_collapse_limit=${JOIN_COLLAPSE_LIMIT}`,
    '-c timezone=UTC',
    ...(login.actAs === undefined ? [] : [`-c role=${login.actAs}`]),
  ].join(' ')

/** For connections outside a pool, too: those that listen. */
export const connectionConfig = (
  login: DatabaseLogin,
  name: string,
  idleInTransaction: number = IDLE_IN_TRANSACTION_TIMEOUT,
): pg.ClientConfig => ({
  connectionString: login.connectionString,
  application_name: `sallyport ${name}`,
  options: startupOptions(login, idleInTransaction),
  connectionTimeoutMillis: CONNECT_TIMEOUT,
  keepAlive: true,
})

export interface PoolOptions {
  readonly role: ProgramRole
  readonly login: DatabaseLogin
  /** Called when a connection is lost; the pool opens another one when it needs it. */
  readonly onConnectionLost: (error: Error) => void
}

/** `destroy()` of the result closes all connections. Whoever gets none is told `database_unavailable`. */
export const openPool = ({ role, login, onConnectionLost }: PoolOptions): Pool => {
  const idleInTransaction = role === 'log' ? LOG_IDLE_IN_TRANSACTION_TIMEOUT : IDLE_IN_TRANSACTION_TIMEOUT
  const pool = new pg.Pool({
    ...connectionConfig(login, role, idleInTransaction),
    max: sizes[role],
    idleTimeoutMillis: IDLE_TIMEOUT,
  })
  pool.on('error', onConnectionLost)
  // The pool hears of idle connections only. One that is lost in use, as after this process was stopped for a while, fails its
  // query, and must not end the program besides.
  pool.on('connect', (client) => client.on('error', onConnectionLost))
  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect()
    } catch (cause) {
      throw new SallyportError('database_unavailable', { cause })
    }
  }
  const { options } = pool
  const dialect = new PostgresDialect({ controlClient: pg.Client, pool: { options, connect, end: () => pool.end() } })
  return new Kysely<Database>({ dialect })
}
