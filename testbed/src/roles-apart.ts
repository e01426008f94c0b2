/** The vault and the log as processes of their own, each with nothing but its own keys and database login. */
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, type Program } from '@sallyport/testkit'
import { API_ENTRY } from './api.ts'
import { type CentralDatabase, databaseEnvironment } from './central-database.ts'
import { startNodeProgram, waitUntilReady } from './node-program.ts'

type Role = 'vault' | 'log'

export interface RolesApart {
  readonly programs: Record<Role, Program>
  /** For the process that plays the api role. */
  readonly apiEnvironment: Readonly<Record<string, string>>
  /** Resolves when both serve, which needs a process that plays the api role. */
  ready(): Promise<void>
  /** Starts one again on its data. */
  restart(role: Role): Promise<void>
  stop(): Promise<void>
}

/** `from`: the data folder of a deployment that played all roles so far; the root keys move out of it. */
export const startRolesApart = async (place: {
  readonly directory: string
  readonly from: string
  readonly database: CentralDatabase
  readonly logEnvironment: Readonly<Record<string, string>>
}): Promise<RolesApart> => {
  const { directory, from, database, logEnvironment } = place
  const links = {
    SALLYPORT_LINK_DIRECTORY: join(directory, 'links'),
    SALLYPORT_VAULT_ADDRESS: `127.0.0.1:${await freePort()}`,
    SALLYPORT_LOG_ADDRESS: `127.0.0.1:${await freePort()}`,
  }
  const start = async (role: Role): Promise<Program> =>
    startNodeProgram({
      name: role,
      entry: API_ENTRY,
      args: ['serve'],
      env: {
        ...links,
        ...databaseEnvironment(database, [role]),
        SALLYPORT_DATA_DIRECTORY: join(directory, role),
        SALLYPORT_ROLES: role,
        ...(role === 'log' ? logEnvironment : {}),
      },
    })
  for (const role of ['vault', 'log'] as const) {
    await mkdir(join(directory, role), { mode: 0o700 })
    await rename(join(from, `${role}-root-key`), join(directory, role, `${role}-root-key`))
  }
  const programs = { vault: await start('vault'), log: await start('log') }
  return {
    programs,
    apiEnvironment: { ...links, ...databaseEnvironment(database, ['owner', 'api']), SALLYPORT_ROLES: 'api' },
    ready: async () => {
      await Promise.all([waitUntilReady(programs.vault), waitUntilReady(programs.log)])
    },
    restart: async (role) => {
      programs[role] = await start(role)
      await waitUntilReady(programs[role])
    },
    stop: async () => {
      await Promise.all([programs.vault.stop(), programs.log.stop()])
    },
  }
}
