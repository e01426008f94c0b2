/** Brings a database to the newest form. Replicas that start together wait for each other: the migrator takes an advisory lock. */
import { Kysely, PostgresDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import type { DatabaseLogin } from './login.ts'
import { migrations } from './migrations/index.ts'
import { connectionConfig } from './pool.ts'

/** Runs as the owner. Returns the names of the migrations that were applied; throws what the first failed one threw. */
export const migrate = async (owner: DatabaseLogin): Promise<readonly string[]> => {
  // Building an index on a large table takes as long as it takes.
  const unlimited = '-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0'
  const config = connectionConfig(owner, 'migrations')
  const pool = new pg.Pool({ ...config, options: `${config.options ?? ''} ${unlimited}`, max: 2 })
  // One that is lost in use fails its statement; one that is lost idle, or while it is being closed, matters to nobody.
  pool.on('error', () => undefined)
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrator = new Migrator({ db: database, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } })
    const { error, results } = await migrator.migrateToLatest()
    if (error !== undefined) throw new Error('a migration failed', { cause: error })
    return (results ?? []).map((result) => result.migrationName)
  } finally {
    await database.destroy()
  }
}
