/** The vault and log roles of this process, or its links to them. */
import { join } from 'node:path'
import pg from 'pg'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { DatabaseServer } from '../db/login.ts'
import { startNotifications } from '../db/notifications.ts'
import { connectionConfig } from '../db/pool.ts'
import { type Roles, startRoles } from '../roles/link.ts'
import type { Pools } from './database.ts'

/** Milliseconds to wait for roles that are just starting. */
const PATIENCE = 30_000

export interface RoleParts {
  readonly config: Config
  readonly server: DatabaseServer
  readonly pools: Pools
  readonly clock: () => number
  readonly logger: Logger
}

/** The log is told of new entries over a connection of its own role, direct to PostgreSQL: a pooler carries no notifications. */
const logRole = ({ config, server, pools, logger }: RoleParts) => {
  if (!config.roles.includes('log')) return null
  const connect = (): pg.Client => new pg.Client(connectionConfig(server.login('log'), 'log notifications'))
  const notifications = startNotifications({ connect, logger })
  return {
    pool: pools.of('log'),
    rootKey: config.logRootKey,
    notifications,
    witnessNetworks: config.witnessNetworks,
    ...(config.unlockLog === null ? {} : { unlockLog: config.unlockLog }),
  }
}

export const startProgramRoles = async (parts: RoleParts): Promise<Roles> => {
  const { config, pools, clock, logger } = parts
  const { roles, kms, links, dataDirectory } = config
  const log = logRole(parts)
  const vault = roles.includes('vault')
    ? { pool: pools.of('vault'), kms: kms.present, kmsOptions: { previous: kms.previous, cacheFor: kms.cacheFor } }
    : null
  try {
    const started = await startRoles({
      roles,
      clock,
      logger,
      ...(vault === null ? {} : { vault }),
      ...(log === null ? {} : { log }),
      links: {
        folders: { own: join(dataDirectory, 'link-keys'), shared: links.shared },
        addresses: links.addresses,
        patience: PATIENCE,
      },
    })
    const close = async (): Promise<void> => {
      await started.close()
      await log?.notifications.close()
    }
    return { ...started, close }
  } catch (error) {
    await log?.notifications.close()
    throw error
  }
}
