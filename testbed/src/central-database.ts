/** A PostgreSQL for the API that is not its own: with a login for each role, as in production. */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryPostgres, type TemporaryPostgresOptions } from '@sallyport/testkit'
import pg from 'pg'

const DATABASE = 'sallyport'
const roles = ['owner', 'api', 'vault', 'log'] as const
type DatabaseRole = (typeof roles)[number]

export interface CentralDatabase {
  /** Of the login of a role, of its superuser too: whoever holds that may change every byte. */
  url(role: DatabaseRole | 'superuser'): string
  /** Stops it, and leaves what it holds in a folder. */
  keep(folder: string): Promise<void>
  /** Ends it as a crash does, unless it has ended. */
  crash(): Promise<void>
  /** Starts it again where it was. */
  again(): Promise<void>
  stop(): Promise<void>
}

type Passwords = Readonly<Record<DatabaseRole, string>>
const PASSWORDS_FILE = 'passwords.json'

const makeRoles = async (superuser: pg.Client, passwords: Passwords): Promise<void> => {
  for (const role of roles) {
    const rights = 'login nosuperuser nobypassrls nocreatedb nocreaterole'
    await superuser.query(`create role sallyport_${role} ${rights} password ${pg.escapeLiteral(passwords[role])}`)
  }
  await superuser.query(`create database ${DATABASE} owner sallyport_owner`)
}

const prepare = async (connectionString: string): Promise<Passwords> => {
  const password = (): string => randomBytes(18).toString('base64url')
  const passwords = { owner: password(), api: password(), vault: password(), log: password() }
  const superuser = new pg.Client({ connectionString })
  await superuser.connect()
  try {
    await makeRoles(superuser, passwords)
  } finally {
    await superuser.end()
  }
  return passwords
}

export const startCentralDatabase = async (
  place: Pick<TemporaryPostgresOptions, 'from' | 'folder'> = {},
): Promise<CentralDatabase> => {
  const { from } = place
  const settings = { track_commit_timestamp: 'on' }
  const postgres = await temporaryPostgres({ settings, ...place })
  const passwords =
    from === undefined
      ? await prepare(postgres.connectionString('postgres'))
      : (JSON.parse(await readFile(join(from, PASSWORDS_FILE), 'utf8')) as Passwords)
  return {
    url: (role) =>
      role === 'superuser'
        ? postgres.connectionString(DATABASE)
        : postgres.connectionString(DATABASE, `sallyport_${role}`, passwords[role]),
    crash: () => postgres.crash(),
    again: () => postgres.again(),
    keep: async (kept) => {
      await postgres.keep(kept)
      await writeFile(join(kept, PASSWORDS_FILE), JSON.stringify(passwords), { mode: 0o600 })
    },
    stop: () => postgres.stop(),
  }
}

/** What a program that plays these roles is given. The one with the owner's login migrates. */
export const databaseEnvironment = (
  database: CentralDatabase,
  played: readonly DatabaseRole[] = roles,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    played.map((role) => [role === 'owner' ? 'DATABASE_URL' : `DATABASE_URL_${role.toUpperCase()}`, database.url(role)]),
  )
