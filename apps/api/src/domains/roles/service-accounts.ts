/** Roles of service accounts. They are given when the account is made, and stay: an account is replaced, not changed. */
import type { Permission } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { permissionsOfRole } from './built-in.ts'
import { lockRolesToGive } from './members.ts'

/** Part of making the account. Throws `not_found` for a role that does not exist, `forbidden` when one allows what `by` does not hold. */
export const assignServiceAccountRoles = async (
  transaction: Transaction,
  { account, roles, by }: { readonly account: string; readonly roles: readonly string[]; readonly by: ReadonlySet<Permission> },
): Promise<void> => {
  const wanted = await lockRolesToGive(transaction, { roles, by })
  if (wanted.length === 0) return
  await transaction
    .insertInto('role_service_accounts')
    .values(wanted.map((role) => ({ role_id: role, service_account_id: account })))
    .execute()
}

/** Everything that the account's roles allow together, now. */
export const permissionsOfServiceAccount = async (
  transaction: Transaction,
  account: string,
): Promise<ReadonlySet<Permission>> => {
  const roles = await transaction
    .selectFrom('role_service_accounts')
    .innerJoin('roles', 'roles.id', 'role_service_accounts.role_id')
    .select(['roles.built_in', 'roles.permissions'])
    .where('role_service_accounts.service_account_id', '=', account)
    .execute()
  return new Set(roles.flatMap((role) => permissionsOfRole(role)))
}

/** Ids of the roles of each of these accounts. */
export const rolesOfServiceAccounts = async (
  transaction: Transaction,
  accounts: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = new Map<string, string[]>(accounts.map((account) => [account, []]))
  if (accounts.length === 0) return found
  const rows = await transaction
    .selectFrom('role_service_accounts')
    .select(['service_account_id', 'role_id'])
    .where('service_account_id', 'in', accounts)
    .orderBy('role_id')
    .execute()
  for (const row of rows) found.get(row.service_account_id)?.push(row.role_id)
  return found
}
