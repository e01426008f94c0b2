/** A PostgreSQL for the API that is not its own: with a login for each role, as in production. */
import { randomBytes } from 'node:crypto'
import { temporaryPostgres } from '@sallyport/testkit'
import pg from 'pg'

const DATABASE = 'sallyport'
const roles = ['owner', 'api', 'vault', 'log'] as const
type DatabaseRole = (typeof roles)[number]

export interface CentralDatabase {
  /** Of the login of a role, of its superuser too: whoever holds that may change every byte. */
  url(role: DatabaseRole | 'superuser'): string
  stop(): Promise<void>
}

const makeRoles = async (superuser: pg.Client, passwords: Readonly<Record<DatabaseRole, string>>): Promise<void> => {
  for (const role of roles) {
    const rights = 'login nosuperuser nobypassrls nocreatedb nocreaterole'
    await superuser.query(`create role sallyport_${role} ${rights} password ${pg.escapeLiteral(passwords[role])}`)
  }
  await superuser.query(`create database ${DATABASE} owner sallyport_owner`)
}

export const startCentralDatabase = async (): Promise<CentralDatabase> => {
  const postgres = await temporaryPostgres({ settings: { track_commit_timestamp: 'on' } })
  const password = (): string => randomBytes(18).toString('base64url')
  const passwords = { owner: password(), api: password(), vault: password(), log: password() }
  const superuser = new pg.Client({ connectionString: postgres.connectionString('postgres') })
  await superuser.connect()
  try {
    await makeRoles(superuser, passwords)
  } finally {
    await superuser.end()
  }
  return {
    url: (role) =>
      role === 'superuser'
        ? postgres.connectionString(DATABASE)
        : postgres.connectionString(DATABASE, `sallyport_${role}`, passwords[role]),
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
