/** Who has a role, and what it leases. */
import { SallyportError } from '@sallyport/protocol'
import { refusing } from '../../db/constraints.ts'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import { endLeasesNoLongerAllowed } from '../leases/index.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { isLastOwner, requireOwnPermissions, requirePresentUser } from './members.ts'
import type { RoleAuthor } from './service.ts'
import { lockRole, type Role } from './store.ts'

interface Membership {
  readonly role: string
  readonly user: string
}

interface Leasing {
  readonly role: string
  readonly credential: string
}

const requireLocked = async (transaction: Transaction, id: string): Promise<Role> => {
  const role = await lockRole(transaction, id)
  if (!role) throw new SallyportError('not_found', { message: 'There is no such role.' })
  return role
}

/** Throws `forbidden` for a role that allows more than one may do oneself. */
export const addMember = async (transaction: Transaction, { role: id, user }: Membership, author: RoleAuthor): Promise<void> => {
  const role = await requireLocked(transaction, id)
  requireOwnPermissions(role.permissions, author.permissions)
  await requirePresentUser(transaction, user)
  await transaction
    .insertInto('role_members')
    .values({ role_id: id, user_id: user })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await recordAudit(transaction, {
    type: 'role.member-added',
    actor: author.actor,
    subject: { kind: 'role', id },
    details: { role: role.name, user, before: role.users.includes(user), after: true },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users: [user] })
}

/** Ends the leases that nothing else allows. Throws `conflict` for the last owner. */
export const removeMember = async (
  transaction: Transaction,
  { role: id, user }: Membership,
  author: RoleAuthor,
): Promise<void> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const role = await requireLocked(transaction, id)
  if (!role.users.includes(user)) throw new SallyportError('not_found', { message: 'The user does not have this role.' })
  if (role.builtIn === 'owner' && (await isLastOwner(transaction, user))) {
    throw new SallyportError('conflict', { message: 'An organization keeps at least one owner.' })
  }
  await transaction.deleteFrom('role_members').where('role_id', '=', id).where('user_id', '=', user).execute()
  const ended = await endLeasesNoLongerAllowed(transaction, { ...author, scope: { users: [user] } })
  await recordAudit(transaction, {
    type: 'role.member-removed',
    actor: author.actor,
    subject: { kind: 'role', id },
    details: { role: role.name, user, before: true, after: false, endedLeases: ended.length },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users: [user] })
}

export const addCredential = async (
  transaction: Transaction,
  { role: id, credential }: Leasing,
  author: RoleAuthor,
): Promise<void> => {
  const role = await requireLocked(transaction, id)
  await refusing(
    { foreign: 'not_found', message: 'There is no such credential.' },
    transaction
      .insertInto('role_credentials')
      .values({ role_id: id, credential_id: credential })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  )
  await recordAudit(transaction, {
    type: 'role.credential-added',
    actor: author.actor,
    subject: { kind: 'role', id },
    details: { role: role.name, credential, before: role.credentials.includes(credential), after: true },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users: role.users })
}

/** Ends the leases that nothing else allows. */
export const removeCredential = async (
  transaction: Transaction,
  { role: id, credential }: Leasing,
  author: RoleAuthor,
): Promise<void> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const role = await requireLocked(transaction, id)
  if (!role.credentials.includes(credential)) {
    throw new SallyportError('not_found', { message: 'The role does not lease this credential.' })
  }
  await transaction.deleteFrom('role_credentials').where('role_id', '=', id).where('credential_id', '=', credential).execute()
  const scope = { users: role.users, credentials: [credential] }
  const ended = await endLeasesNoLongerAllowed(transaction, { ...author, scope })
  await recordAudit(transaction, {
    type: 'role.credential-removed',
    actor: author.actor,
    subject: { kind: 'role', id },
    details: { role: role.name, credential, before: true, after: false, endedLeases: ended.length },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users: role.users })
}
