/** Unlocks in another PostgreSQL, by a login that may insert and nothing else. */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { UNLOCKS } from './setup-sql.ts'
import type { UnlockLog } from './unlock-log.ts'

/** Milliseconds. An unlock waits no longer than both together: then it is refused. */
const CONNECT_TIMEOUT = 3_000
const STATEMENT_TIMEOUT = 4_000
const CONNECTIONS = 4

// Without naming the columns in conflict: that would need the right to read them.
const insert = `insert into ${UNLOCKS} (organization_id, id, digest, at, entry) values ($1, $2, $3, $4, $5) on conflict do nothing`
const rights = `select privilege from unnest(array['SELECT', 'UPDATE', 'DELETE', 'TRUNCATE']) as privilege
  where has_table_privilege('${UNLOCKS}', privilege)`

export const postgresqlUnlockLog = (url: string, onConnectionLost: (error: Error) => void): UnlockLog => {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'sallyport unlocks',
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    // A server that hangs cancels nothing: the second limit is kept here.
    statement_timeout: STATEMENT_TIMEOUT,
    query_timeout: STATEMENT_TIMEOUT,
    keepAlive: true,
  })
  pool.on('error', onConnectionLost)
  pool.on('connect', (client) => client.on('error', onConnectionLost))
  return {
    async write({ organization, id, at, entry }) {
      const digest = createHash('sha256').update(entry).digest()
      await pool.query(insert, [organization, id, digest, new Date(at), Buffer.from(entry)])
    },
    async examine() {
      const { rows } = await pool.query<{ privilege: string }>(rights)
      const more = rows.map(({ privilege }) => privilege.toLowerCase()).join(', ')
      return more === '' ? null : `The login of the unlock log may do more than insert: ${more}. Take that away.`
    },
    close: () => pool.end(),
  }
}
