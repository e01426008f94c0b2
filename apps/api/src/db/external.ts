/** A PostgreSQL that somebody else runs. */
import pg from 'pg'
import type { DatabaseServer } from './login.ts'
import { withClient } from './provision.ts'
import { databaseRoleName, type ProgramRole, programRoles } from './roles.ts'

export interface ExternalOptions {
  /** The database's owner, who migrates; null when every role that is played has a login of its own. */
  readonly url: string | null
  /** Logins of their own for the roles, members of `sallyport_api` and so on; a role without one acts through the owner's. */
  readonly roleUrls: Readonly<Partial<Record<ProgramRole, string>>>
}

/**
 * Without a login of its own a role signs in as the owner and takes on the role's rights: row-level security holds, but
 * whoever takes over the program holds the owner's password.
 */
export const externalDatabase = ({ url, roleUrls }: ExternalOptions): DatabaseServer => ({
  login: (role) => {
    const own = role === 'owner' ? url : (roleUrls[role] ?? null)
    if (own !== null) return { connectionString: own }
    if (url === null) throw new Error(`there is no login for the database role ${databaseRoleName(role)}`)
    return { connectionString: url, actAs: databaseRoleName(role) }
  },
  ended: null,
  stop: () => Promise.resolve(),
})

/** Makes the roles that migrations grant to, where the owner may do so and nobody did; the owner becomes their member. */
export const ensureExternalRoles = (url: string): Promise<void> =>
  withClient({ connectionString: url }, async (client) => {
    for (const role of programRoles) {
      const name = pg.escapeIdentifier(databaseRoleName(role))
      const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [databaseRoleName(role)])
      if (rowCount !== 0) continue
      await client.query(`create role ${name} nologin nosuperuser nobypassrls nocreatedb nocreaterole`)
      await client.query(`grant ${name} to current_user`)
    }
  })
