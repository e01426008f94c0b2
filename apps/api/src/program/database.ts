/** The database of this process: started or reached, migrated, with a pool for each role that is played here. */
import type { Logger } from 'pino'
import { ConfigError } from '../config/config-error.ts'
import type { Config } from '../config.ts'
import { startEmbeddedDatabase } from '../db/embedded.ts'
import { ensureExternalRoles, externalDatabase } from '../db/external.ts'
import type { DatabaseServer } from '../db/login.ts'
import { migrate } from '../db/migrate.ts'
import { openPool } from '../db/pool.ts'
import { type ProgramRole, programRoles } from '../db/roles.ts'
import type { Pool } from '../db/schema.ts'

const startEmbedded = (config: Config, logger: Logger): Promise<DatabaseServer> => {
  if (config.roles.length < programRoles.length) {
    throw new ConfigError('roles that run apart share a database: set DATABASE_URL')
  }
  return startEmbeddedDatabase({
    dataDirectory: config.dataDirectory,
    onProgress: (progress) => logger.info({ event: 'database.progress', ...progress }, `database: ${progress.step}`),
    onLog: (line) => logger.debug({ event: 'database.log', line }, 'PostgreSQL says'),
  })
}

export const startDatabase = async (config: Config, logger: Logger): Promise<DatabaseServer> => {
  const { database } = config
  if (database.kind === 'embedded') return startEmbedded(config, logger)
  const server = externalDatabase(database)
  for (const role of config.roles) {
    if (server.login(role).actAs !== undefined) {
      const text = `The ${role} role signs in to the database as its owner. Give it a login of its own in production.`
      logger.warn({ event: 'database.shared-login', role }, text)
    }
  }
  return server
}

/** Nothing for a process without the owner's login: another one migrates. */
export const migrateDatabase = async (config: Config, server: DatabaseServer, logger: Logger): Promise<void> => {
  const { database } = config
  if (database.kind === 'external') {
    if (database.url === null) return
    await ensureExternalRoles(database.url)
  }
  const applied = await migrate(server.login('owner'))
  logger.info({ event: 'database.migrated', applied }, 'the database is up to date')
}

export interface Pools {
  readonly of: (role: ProgramRole) => Pool
  close(): Promise<void>
}

/** Pools of the roles that are played here, and of no other. */
export const openPools = (config: Config, server: DatabaseServer, logger: Logger): Pools => {
  let closing = false
  // A pool that ends does not wait for its idle connections, so that the server may be gone before they are.
  const onConnectionLost = (error: Error): void => {
    if (closing) return
    logger.warn({ event: 'database.connection-lost', error: error.message }, 'a database connection was lost')
  }
  const pools = new Map(
    config.roles.map((role) => [role, openPool({ role, login: server.login(role), onConnectionLost })] as const),
  )
  return {
    of: (role) => {
      const pool = pools.get(role)
      if (pool === undefined) throw new Error(`the ${role} role is not played here`)
      return pool
    },
    close: async () => {
      closing = true
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}
