/** A real database for one test file: migrated, empty, and used through the same roles as in production. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { madeOnce, makeTemporaryDirectory, withTemporaryDirectory } from '@sallyport/testkit'
import { personalKeysOf, usePersonalKeys } from '../domains/personal-data/index.ts'
import { makeDataDirectory } from '../files/data-directory.ts'
import { startEmbeddedDatabase } from './embedded.ts'
import type { DatabaseLogin } from './login.ts'
import { migrate } from './migrate.ts'
import { openPool } from './pool.ts'
import type { DatabaseRole, ProgramRole } from './roles.ts'
import type { Pool } from './schema.ts'

/** Nothing in a test survives a power loss anyway; a killed process loses nothing even so. */
const fastSettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

const run = promisify(execFile)

/** Keeps owners and permissions, as PostgreSQL wants them. */
const copy = async (from: string, to: string): Promise<void> => {
  await run('cp', ['-a', from, to])
}

const start = (dataDirectory: string) => startEmbeddedDatabase({ dataDirectory, settings: fastSettings })

const makeMigrated = async (dataDirectory: string): Promise<void> => {
  await makeDataDirectory(dataDirectory)
  const server = await start(dataDirectory)
  try {
    await migrate(server.login('owner'))
  } finally {
    await server.stop()
  }
}

/** A data directory in which nothing was done but to migrate: made once in a test run, then copied. */
const fillDirectory = async (dataDirectory: string): Promise<void> => {
  const template = await madeOnce('migrated', (folder) =>
    // The account of the database server need not be able to reach the run's folder.
    withTemporaryDirectory(async (path) => {
      await makeMigrated(join(path, 'data'))
      await copy(join(path, 'data'), folder)
    }),
  )
  await (template === null ? makeMigrated(dataDirectory) : copy(join(template, 'data'), dataDirectory))
}

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
  const directory = await makeTemporaryDirectory()
  const dataDirectory = join(directory.path, 'data')
  await fillDirectory(dataDirectory)
  const server = await start(dataDirectory)
  const opened: Pool[] = []
  // What no vault is there for; whoever starts one uses that one's.
  const secret = randomBytes(32)
  const ask = () => Promise.resolve({ key: new Uint8Array(secret) })
  const open = (role: ProgramRole): Pool => {
    const pool = openPool({ role, login: server.login(role), onConnectionLost: () => undefined })
    opened.push(pool)
    if (role === 'api') usePersonalKeys(pool, personalKeysOf(ask))
    return pool
  }
  const stop = async (): Promise<void> => {
    await Promise.all(opened.map((pool) => pool.destroy()))
    await server.stop()
    await directory.remove()
  }
  return { pools: { api: open('api'), vault: open('vault'), log: open('log') }, login: server.login, openPool: open, stop }
}
