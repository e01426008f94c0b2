import type { Transaction } from '../../db/schema.ts'
import { rolesOfUsers } from '../roles/index.ts'
import type { Standing } from './people.ts'

/** How these people stand now. Somebody who does not exist, is deleted, or is support, which neither asks nor decides, is missing. */
export const standingsOf = async (transaction: Transaction, users: Iterable<string>): Promise<ReadonlyMap<string, Standing>> => {
  const ids = [...new Set(users)]
  if (ids.length === 0) return new Map()
  const rows = await transaction
    .selectFrom('users')
    .select(['id', 'status'])
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .where('ends_at', 'is', null)
    .execute()
  const roles = await rolesOfUsers(transaction, ids)
  return new Map(
    rows.map(({ id, status }) => [
      id,
      { user: id, active: status === 'active', roles: new Set((roles.get(id) ?? []).map((role) => role.id)) },
    ]),
  )
}

const nobody = (user: string): Standing => ({ user, active: false, roles: new Set() })

/** Of somebody who is missing: no role, and not active. */
export const standingOf = async (transaction: Transaction, user: string): Promise<Standing> =>
  (await standingsOf(transaction, [user])).get(user) ?? nobody(user)
