/** Who has which role, as other domains ask for it. */
import { SallyportError } from '@sallyport/protocol'
import type { Permission } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { permissionsOfRole } from './built-in.ts'

/** Everything that the user's roles, or their support access, allow together. */
export const permissionsOfUser = async (transaction: Transaction, user: string): Promise<ReadonlySet<Permission>> => {
  const roles = await transaction
    .selectFrom('role_members')
    .innerJoin('roles', 'roles.id', 'role_members.role_id')
    .select(['roles.built_in', 'roles.permissions'])
    .where('role_members.user_id', '=', user)
    .unionAll((all) =>
      all
        .selectFrom('support_accesses')
        .select([sql<null>`null`.as('built_in'), 'permissions'])
        .where('user_id', '=', user),
    )
    .execute()
  return new Set(roles.flatMap((role) => permissionsOfRole(role)))
}

/** What each of these users may do now; nothing for those who are not active, who are absent. */
export const permissionsOfUsers = async (
  transaction: Transaction,
  users: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<Permission>>> => {
  const found = new Map<string, Set<Permission>>()
  if (users.length === 0) return found
  const rows = await transaction
    .selectFrom('role_members')
    .innerJoin('roles', 'roles.id', 'role_members.role_id')
    .innerJoin('users', 'users.id', 'role_members.user_id')
    .select(['role_members.user_id', 'roles.built_in', 'roles.permissions'])
    .where('role_members.user_id', 'in', users)
    .where('users.status', '=', 'active')
    .where('users.deleted_at', 'is', null)
    .execute()
  for (const row of rows) {
    const own = found.get(row.user_id) ?? new Set()
    found.set(row.user_id, own)
    for (const permission of permissionsOfRole(row)) own.add(permission)
  }
  return found
}

/** The roles of each of these users, by name. */
export const rolesOfUsers = async (
  transaction: Transaction,
  users: readonly string[],
): Promise<ReadonlyMap<string, { readonly id: string; readonly name: string }[]>> => {
  const found = new Map<string, { id: string; name: string }[]>(users.map((user) => [user, []]))
  if (users.length === 0) return found
  const rows = await transaction
    .selectFrom('role_members')
    .innerJoin('roles', 'roles.id', 'role_members.role_id')
    .select(['role_members.user_id', 'roles.id', 'roles.name'])
    .where('role_members.user_id', 'in', users)
    .orderBy('roles.name')
    .execute()
  for (const row of rows) found.get(row.user_id)?.push({ id: row.id, name: row.name })
  return found
}

/** Throws `not_found` for nobody of this organization, and for somebody deleted; `forbidden` for support access, which is given nothing. */
export const requirePresentUser = async (transaction: Transaction, user: string): Promise<void> => {
  const row = await transaction
    .selectFrom('users')
    .select('ends_at')
    .where('id', '=', user)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw new SallyportError('not_found', { message: 'There is no such user.' })
  if (row.ends_at !== null) {
    throw new SallyportError('forbidden', { message: 'This account is for support access, which is given nothing else.' })
  }
}

/** Throws when a role allows what the giver may not do: nobody hands on more than they have. */
export const requireOwnPermissions = (wanted: Iterable<Permission>, own: ReadonlySet<Permission>): void => {
  for (const permission of wanted) {
    if (!own.has(permission)) {
      throw new SallyportError('forbidden', { message: `You cannot give a permission that you do not have: ${permission}.` })
    }
  }
}

/**
 * Ids of these roles, each once, which stay as they are until the transaction ends. Throws `not_found` for one that does not
 * exist, `forbidden` when one allows what `by` does not hold.
 */
export const lockRolesToGive = async (
  transaction: Transaction,
  { roles: ids, by }: { readonly roles: readonly string[]; readonly by: ReadonlySet<Permission> },
): Promise<readonly string[]> => {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return []
  const roles = await transaction.selectFrom('roles').selectAll().where('id', 'in', wanted).forShare().execute()
  if (roles.length !== wanted.length) throw new SallyportError('not_found', { message: 'There is no such role.' })
  requireOwnPermissions(
    roles.flatMap((role) => permissionsOfRole(role)),
    by,
  )
  return wanted
}

/**
 * Gives a user these roles, as part of another change and its audit entry (making the user). Throws `not_found` for a role
 * that does not exist, `forbidden` when one allows what `by` does not hold.
 */
export const assignRoles = async (
  transaction: Transaction,
  assignment: { readonly user: string; readonly roles: readonly string[]; readonly by: ReadonlySet<Permission> },
): Promise<void> => {
  const wanted = await lockRolesToGive(transaction, assignment)
  if (wanted.length === 0) return
  await transaction
    .insertInto('role_members')
    .values(wanted.map((role) => ({ role_id: role, user_id: assignment.user })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * Whether nobody but this user could still administer the organization: the only active owner. Locks the owner role, so that
 * two owners cannot remove each other at the same time.
 */
export const isLastOwner = async (transaction: Transaction, user: string): Promise<boolean> => {
  const owner = await transaction.selectFrom('roles').select('id').where('built_in', '=', 'owner').forUpdate().executeTakeFirst()
  if (!owner) return false
  const owners = await transaction
    .selectFrom('role_members')
    .innerJoin('users', 'users.id', 'role_members.user_id')
    .select('users.id')
    .where('role_members.role_id', '=', owner.id)
    .where((where) => where.or([where('users.status', '=', 'active'), where('users.id', '=', user)]))
    .execute()
  return owners.some((member) => member.id === user) && owners.length === 1
}
