import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { Permission } from '@sallyport/protocol/api'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import { endLeasesNoLongerAllowed } from '../leases/index.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { isReservedName } from './built-in.ts'
import { requireOwnPermissions } from './members.ts'
import { countRoles, deleteRoleRow, findRole, insertRole, lockRole, type Role, updateRole } from './store.ts'

const MAX_ROLES = 1000
const taken = { unique: 'conflict', message: 'There is a role of this name.' } as const
const missing = () => new SallyportError('not_found', { message: 'There is no such role.' })

/** Somebody who changes roles: what they may do themselves bounds what they can give. */
export interface RoleAuthor extends Author {
  readonly permissions: ReadonlySet<Permission>
}

const described = ({ name, description, permissions }: Pick<Role, 'name' | 'description' | 'permissions'>) => ({
  name,
  description,
  permissions: [...permissions],
})

const checkName = (name: string): void => {
  if (isReservedName(name)) throw new SallyportError('conflict', { message: 'This name belongs to a built-in role.' })
}

/** Throws `not_found`. */
export const requireRole = async (transaction: Transaction, id: string): Promise<Role> => {
  const role = await findRole(transaction, id)
  if (!role) throw missing()
  return role
}

export interface NewRole {
  readonly name: string
  readonly description: string
  readonly permissions: readonly Permission[]
}

/** Throws `forbidden` for permissions beyond one's own, `conflict` for a name that is taken or built in, `limit_reached`. */
export const createRole = async (transaction: Transaction, input: NewRole, author: RoleAuthor): Promise<Role> => {
  checkName(input.name)
  requireOwnPermissions(input.permissions, author.permissions)
  await requireRoom(transaction, { of: 'roles', limit: MAX_ROLES }, () => countRoles(transaction))
  const role = { ...input, permissions: [...new Set(input.permissions)], id: randomUUID() }
  await refusing(taken, insertRole(transaction, role, author.now))
  await recordAudit(transaction, {
    type: 'role.created',
    actor: author.actor,
    subject: { kind: 'role', id: role.id },
    details: { before: null, after: described(role) },
  })
  return requireRole(transaction, role.id)
}

/** What is absent stays. */
export type RoleChange = { readonly id: string } & { readonly [Key in keyof NewRole]?: NewRole[Key] | undefined }

/** Throws `not_found`, `forbidden` for permissions beyond one's own that the role did not have, `conflict` for a built-in role or a name that is taken. */
export const changeRole = async (transaction: Transaction, change: RoleChange, author: RoleAuthor): Promise<Role> => {
  const before = await lockRole(transaction, change.id)
  if (!before) throw missing()
  if (before.builtIn !== null) throw new SallyportError('conflict', { message: 'Built-in roles do not change.' })
  if (change.name !== undefined) checkName(change.name)
  const permissions = [...new Set(change.permissions ?? before.permissions)]
  requireOwnPermissions(
    permissions.filter((permission) => !before.permissions.includes(permission)),
    author.permissions,
  )
  const after = {
    ...before,
    name: change.name ?? before.name,
    description: change.description ?? before.description,
    permissions,
  }
  await refusing(taken, updateRole(transaction, after))
  await recordAudit(transaction, {
    type: 'role.changed',
    actor: author.actor,
    subject: { kind: 'role', id: after.id },
    details: { before: described(before), after: described(after) },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'session', users: after.users })
  return after
}

/** Ends the leases that nothing else allows. Throws `not_found`, `forbidden` for a built-in role. */
export const deleteRole = async (transaction: Transaction, id: string, author: RoleAuthor): Promise<void> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const before = await lockRole(transaction, id)
  if (!before) throw missing()
  if (before.builtIn !== null) throw new SallyportError('forbidden', { message: 'Built-in roles cannot be deleted.' })
  await deleteRoleRow(transaction, id)
  const scope = { users: before.users, credentials: before.credentials }
  const ended = await endLeasesNoLongerAllowed(transaction, { ...author, scope })
  await recordAudit(transaction, {
    type: 'role.deleted',
    actor: author.actor,
    subject: { kind: 'role', id },
    details: {
      before: { ...described(before), users: before.users.length, credentials: before.credentials.slice(0, 500) },
      after: null,
      endedLeases: ended.length,
    },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users: before.users })
}
