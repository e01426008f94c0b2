import type { Permission } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { type BuiltInRole, permissionsOfRole } from './built-in.ts'

export interface Role {
  readonly id: string
  readonly name: string
  readonly description: string
  /** Null for a role that people made. */
  readonly builtIn: BuiltInRole | null
  readonly permissions: readonly Permission[]
  /** Who has it. */
  readonly users: readonly string[]
  /** What it leases. */
  readonly credentials: readonly string[]
}

const select = (transaction: Transaction) =>
  transaction
    .selectFrom('roles')
    .selectAll()
    .select([
      sql<string[]>`array(select user_id from role_members where role_members.role_id = roles.id order by user_id)`.as('users'),
      sql<string[]>`array(select credential_id from role_credentials where role_credentials.role_id = roles.id
        order by credential_id)`.as('credentials'),
    ])
type RoleRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>

const roleOfRow = (row: RoleRow): Role => ({
  id: row.id,
  name: row.name,
  description: row.description,
  builtIn: row.built_in,
  permissions: permissionsOfRole(row),
  users: row.users,
  credentials: row.credentials,
})

/** Ordered by id, which does not change; `after` is the last one seen. */
export const listRoles = async (
  transaction: Transaction,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<Role[]> => {
  const rows = await select(transaction)
    .$if(after !== null, (query) => query.where('id', '>', after!))
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(roleOfRow)
}

export const findRole = async (transaction: Transaction, id: string): Promise<Role | null> => {
  const row = await select(transaction).where('id', '=', id).executeTakeFirst()
  return row ? roleOfRow(row) : null
}

/** Locks it until the transaction ends, then reads it. */
export const lockRole = async (transaction: Transaction, id: string): Promise<Role | null> => {
  await transaction.selectFrom('roles').select('id').where('id', '=', id).forUpdate().execute()
  return findRole(transaction, id)
}

export const insertRole = async (
  transaction: Transaction,
  role: Pick<Role, 'id' | 'name' | 'description' | 'permissions'>,
  now: number,
): Promise<void> => {
  await transaction
    .insertInto('roles')
    .values({ ...role, permissions: [...role.permissions], built_in: null, created_at: new Date(now) })
    .execute()
}

export const updateRole = async (
  transaction: Transaction,
  { id, name, description, permissions }: Pick<Role, 'id' | 'name' | 'description' | 'permissions'>,
): Promise<void> => {
  await transaction
    .updateTable('roles')
    .set({ name, description, permissions: [...permissions] })
    .where('id', '=', id)
    .execute()
}

export const deleteRoleRow = async (transaction: Transaction, id: string): Promise<void> => {
  await transaction.deleteFrom('roles').where('id', '=', id).execute()
}

export const countRoles = async (transaction: Transaction): Promise<number> => {
  const row = await transaction
    .selectFrom('roles')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
