/** A real database for one test file: migrated, empty, and used through the same roles as in production. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDataDirectory } from '../files/data-directory.ts'
import { startEmbeddedDatabase } from './embedded.ts'
import type { DatabaseLogin } from './login.ts'
import { migrate } from './migrate.ts'
import { openPool } from './pool.ts'
import type { DatabaseRole, ProgramRole } from './roles.ts'
import type { Pool } from './schema.ts'

/** Nothing in a test survives a power loss anyway; a killed process loses nothing even so. */
const fastSettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

export interface TestDatabase {
  /** A pool as each of the program's roles. */
  readonly pools: Readonly<Record<ProgramRole, Pool>>
  readonly login: (role: DatabaseRole) => DatabaseLogin
  /** Another pool, as another replica has it; closed with the rest. */
  openPool(role: ProgramRole): Pool
  stop(): Promise<void>
}

/** Starts a cluster of its own: call it once in `beforeAll`, and `stop` in `afterAll`. */
export const testDatabase = async (): Promise<TestDatabase> => {
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'sallyport-api-'))
  await makeDataDirectory(directory)
  const server = await startEmbeddedDatabase({ dataDirectory: directory, settings: fastSettings })
  const opened: Pool[] = []
  const open = (role: ProgramRole): Pool => {
    const pool = openPool({ role, login: server.login(role), onConnectionLost: () => undefined })
    opened.push(pool)
    return pool
  }
  const stop = async (): Promise<void> => {
    await Promise.all(opened.map((pool) => pool.destroy()))
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await migrate(server.login('owner'))
    return { pools: { api: open('api'), vault: open('vault'), log: open('log') }, login: server.login, openPool: open, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
