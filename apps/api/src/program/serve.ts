/** Everything that one process plays, from the database up; and down again in the opposite order. */
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { personalKeysOf, usePersonalKeys } from '../domains/personal-data/index.ts'
import { makeDataDirectory } from '../files/data-directory.ts'
import type { Roles } from '../roles/link.ts'
import { type RunningApi, startApi } from './api.ts'
import { migrateDatabase, openPools, startDatabase } from './database.ts'
import { type RoleParts, startProgramRoles } from './roles.ts'

export interface ProgramOptions {
  readonly config: Config
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
}

export interface Foundation extends RoleParts {
  readonly roles: Roles
  /** What else is to be closed, the last opened first. */
  readonly closing: (() => Promise<void> | void)[]
  /** Resolves when the database of our own has ended by itself; never for another one. */
  readonly databaseEnded: Promise<void>
  close(): Promise<void>
}

/** Database, pools, vault and log: what both serving and bootstrapping stand on. */
export const startFoundation = async ({ config, clock, logger }: ProgramOptions): Promise<Foundation> => {
  const closing: (() => Promise<void> | void)[] = []
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).toReversed()) await step()
  }
  try {
    await makeDataDirectory(config.dataDirectory)
    const server = await startDatabase(config, logger)
    closing.push(() => server.stop())
    await migrateDatabase(config, server, logger)
    const pools = openPools(config, server, logger)
    closing.push(() => pools.close())
    const parts = { config, server, pools, clock, logger }
    const roles = await startProgramRoles(parts)
    closing.push(() => roles.close())
    if (roles.api !== null) usePersonalKeys(pools.of('api'), personalKeysOf(roles.api.vault.personalKey))
    const databaseEnded = server.ended ?? new Promise<void>(() => {})
    return { ...parts, roles, closing, databaseEnded, close }
  } catch (error) {
    await close()
    throw error
  }
}

export interface RunningProgram {
  /** null in a process that does not play the API role. */
  readonly api: RunningApi | null
  readonly served: Roles['served']
  readonly databaseEnded: Promise<void>
  stop(): Promise<void>
}

export const startProgram = async (options: ProgramOptions): Promise<RunningProgram> => {
  const foundation = await startFoundation(options)
  const { roles, databaseEnded } = foundation
  try {
    const api = roles.api === null ? null : await startApi({ ...foundation, links: roles.api })
    return { api, served: roles.served, databaseEnded, stop: () => foundation.close() }
  } catch (error) {
    await foundation.close()
    throw error
  }
}
