/** Making, changing and deleting users. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor, Permission } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { withdrawInvitation } from '../invitations/index.ts'
import { endLeasesNoLongerAllowed } from '../leases/index.ts'
import { revoke } from '../revocations/index.ts'
import { assignRoles, isLastOwner } from '../roles/index.ts'
import { endSessions } from '../sessions/index.ts'
import { findUserByEmail, insertUser, lockUser, markUserDeleted, updateUser, type User } from './store.ts'

/** Who changes users, where and when. */
export interface UserChanger {
  readonly organization: string
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface UserDraft {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly roles: readonly string[]
  /** What the giver may do: nobody hands on more. */
  readonly by: ReadonlySet<Permission>
}

/** Throws `conflict` when the address is taken, `not_found` or `forbidden` for a role that cannot be given. */
export const createUser = async (transaction: Transaction, changer: UserChanger, draft: UserDraft): Promise<User> => {
  const { email, firstName, lastName } = draft
  const id = randomUUID()
  const made = await insertUser(transaction, { id, email, firstName, lastName, createdAt: new Date(changer.now) })
  if (!made) throw new SallyportError('conflict', { message: 'There is a user with this e-mail address.' })
  await assignRoles(transaction, { user: id, roles: draft.roles, by: draft.by })
  await recordAudit(transaction, {
    type: 'user.created',
    actor: changer.actor,
    subject: { kind: 'user', id },
    details: { email, firstName, lastName, roles: [...draft.roles] },
  })
  const user = await findUserByEmail(transaction, email)
  if (user === null) throw new SallyportError('internal')
  return user
}

/** Ends everything the user has open: sessions, leases, invitations. */
const cutOff = async (transaction: Transaction, changer: UserChanger, user: string): Promise<void> => {
  const { organization, now } = changer
  await endSessions(transaction, { organization, scope: { user }, status: 'revoked', code: 'user_disabled', now })
  await revoke(transaction, { organization, subject: { kind: 'user', id: user }, code: 'user_disabled' })
  await endLeasesNoLongerAllowed(transaction, { organization, scope: { users: [user] }, now })
  await withdrawInvitation(transaction, user)
}

export interface UserPatch {
  readonly id: string
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly status?: 'active' | 'disabled' | undefined
}

const existing = async (transaction: Transaction, id: string): Promise<User> => {
  const user = await lockUser(transaction, id)
  if (user === null) throw new SallyportError('not_found')
  return user
}

/** Somebody who never had a password becomes invited again, not active. */
const statusAfter = (user: User, wanted: UserPatch['status']): User['status'] => {
  if (wanted === 'active') return user.passwordHash === null ? 'invited' : 'active'
  return wanted ?? user.status
}

const differences = (user: User, changed: Pick<User, 'firstName' | 'lastName' | 'status'>) => {
  const fields = ['firstName', 'lastName', 'status'] as const
  return Object.fromEntries(
    fields
      .filter((field) => user[field] !== changed[field])
      .map((field) => [field, { before: user[field], after: changed[field] }]),
  )
}

/** Throws `not_found`; `conflict` for the last owner who could still administer. */
export const changeUser = async (transaction: Transaction, changer: UserChanger, patch: UserPatch): Promise<User> => {
  const user = await existing(transaction, patch.id)
  const changed: User = {
    ...user,
    firstName: patch.firstName ?? user.firstName,
    lastName: patch.lastName ?? user.lastName,
    status: statusAfter(user, patch.status),
  }
  const disabled = changed.status === 'disabled' && user.status !== 'disabled'
  if (disabled && (await isLastOwner(transaction, user.id))) {
    throw new SallyportError('conflict', { message: 'The last owner cannot be disabled.' })
  }
  await updateUser(transaction, user.id, { names: changed, status: changed.status })
  if (disabled) await cutOff(transaction, changer, user.id)
  await recordAudit(transaction, {
    type: 'user.changed',
    actor: changer.actor,
    subject: { kind: 'user', id: user.id },
    details: differences(user, changed),
  })
  return changed
}

/**
 * Ends the account of somebody who still has one, and everything that they have open. Throws `in_use` for the last owner who could
 * still administer, and for support access, whose end says more; `whatever`: for nobody.
 */
export const closeAccount = async (
  transaction: Transaction,
  changer: UserChanger,
  { id, whatever }: { readonly id: string; readonly whatever: boolean },
): Promise<void> => {
  const user = await lockUser(transaction, id)
  if (user === null) return
  if (!whatever && user.endsAt !== null) {
    throw new SallyportError('in_use', { message: 'This account is for support access, which must be ended first.' })
  }
  if (!whatever && (await isLastOwner(transaction, id))) {
    throw new SallyportError('in_use', { message: 'The last owner cannot be deleted.' })
  }
  await markUserDeleted(transaction, id, new Date(changer.now))
  await cutOff(transaction, changer, id)
}

/** Throws `not_found`; `in_use` for the last owner who could still administer, and for support access. */
export const deleteUser = async (transaction: Transaction, changer: UserChanger, id: string): Promise<void> => {
  const user = await existing(transaction, id)
  await closeAccount(transaction, changer, { id, whatever: false })
  await recordAudit(transaction, {
    type: 'user.deleted',
    actor: changer.actor,
    subject: { kind: 'user', id: user.id },
    details: { email: user.email },
  })
}
