/** What every migration says about each of its tables: whose rows are seen, and which database role may do what. */
import { type Kysely, sql } from 'kysely'
import { databaseRoleName, type ProgramRole, programRoles } from './roles.ts'

/** `update(a, b)` allows these columns only; `select(a, b)` likewise. */
export type Privilege = 'select' | 'insert' | 'update' | 'delete' | `${'select' | 'insert' | 'update'}(${string})`
export type Privileges = Readonly<Partial<Record<ProgramRole, readonly Privilege[]>>>

const grant = async (migration: Kysely<unknown>, table: string, privileges: Privileges): Promise<void> => {
  for (const role of programRoles) {
    for (const privilege of privileges[role] ?? []) {
      await sql`grant ${sql.raw(privilege)} on ${sql.table(table)} to ${sql.ref(databaseRoleName(role))}`.execute(migration)
    }
  }
}

/**
 * Forces row-level security by organization on a table and gives each database role what it needs; what is not named is
 * refused. `column` holds the organization; `organization_id` if absent. Even the owner sees nothing, see {@link letOwnerRead}.
 */
export const protectTable = async (
  migration: Kysely<unknown>,
  table: string,
  privileges: Privileges & { readonly column?: string },
): Promise<void> => {
  const roles = sql.join(programRoles.map((role) => sql.ref(databaseRoleName(role))))
  const column = sql.ref(privileges.column ?? 'organization_id')
  await sql`alter table ${sql.table(table)} enable row level security`.execute(migration)
  await sql`alter table ${sql.table(table)} force row level security`.execute(migration)
  await sql`create policy organization on ${sql.table(table)} to ${roles}
    using (${column} = (select sallyport_organization())) with check (${column} = (select sallyport_organization()))`.execute(
    migration,
  )
  await grant(migration, table, privileges)
}

/** A table that belongs to no organization: privileges only. It must hold nothing of any organization. */
export const grantShared = grant

/**
 * Lets the owner, and so functions that run as the owner (`security definer`), read all rows of a table. Such a function is
 * how a call whose organization is not known yet finds it, by a key id or a name; it returns ids only.
 */
export const letOwnerRead = async (migration: Kysely<unknown>, table: string): Promise<void> => {
  await sql`create policy directory on ${sql.table(table)} for select to current_user using (true)`.execute(migration)
}

/** Lets these database roles, and nobody else, call a function. `signature`: `name(argument types)`. */
export const grantExecute = async (
  migration: Kysely<unknown>,
  signature: string,
  roles: readonly ProgramRole[],
): Promise<void> => {
  await sql`revoke all on function ${sql.raw(signature)} from public`.execute(migration)
  for (const role of roles) {
    await sql`grant execute on function ${sql.raw(signature)} to ${sql.ref(databaseRoleName(role))}`.execute(migration)
  }
}
