/** Makes the database roles and a database on a server of our own, as its superuser. */
import pg from 'pg'
import { databaseRoleName, databaseRoles, type DatabaseRole } from './roles.ts'

export type RolePasswords = Readonly<Record<DatabaseRole, string>>

const { escapeIdentifier, escapeLiteral } = pg

/** Runs `work` on one connection. */
export const withClient = async <Result>(
  config: pg.ClientConfig,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> => {
  const client = new pg.Client(config)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Each role signs in with a password of its own, owns nothing but (the owner) its database, and is a member of none. */
export const provisionRoles = async (superuser: pg.Client, passwords: RolePasswords): Promise<void> => {
  for (const role of databaseRoles) {
    const name = databaseRoleName(role)
    const { rowCount } = await superuser.query('select 1 from pg_roles where rolname = $1', [name])
    const verb = rowCount === 0 ? 'create' : 'alter'
    await superuser.query(
      `${verb} role ${escapeIdentifier(name)} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication ` +
        `password ${escapeLiteral(passwords[role])}`,
    )
  }
}

/** Makes the database if it does not exist, so that only our roles may connect to it. */
export const provisionDatabase = async (superuser: pg.Client, database: string): Promise<void> => {
  const { rowCount } = await superuser.query('select 1 from pg_database where datname = $1', [database])
  const name = escapeIdentifier(database)
  if (rowCount === 0) {
    await superuser.query(
      `create database ${name} owner ${escapeIdentifier(databaseRoleName('owner'))} encoding 'UTF8' template template0`,
    )
  }
  await superuser.query(`revoke all on database ${name} from public`)
  for (const role of databaseRoles) {
    await superuser.query(`grant connect on database ${name} to ${escapeIdentifier(databaseRoleName(role))}`)
  }
}
