/** Opening and ending support access. It is an account like others, which reads only, and ends by itself. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { Permission, ReadPermission, SupportAccess } from '@sallyport/protocol/api'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { endAlerts, raiseAlert } from '../alerts/index.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import type { PersonNames } from '../people/index.ts'
import { requireOwnPermissions } from '../roles/index.ts'
import { closeAccount, insertUser, lockUser } from '../users/index.ts'
import { findSupportAccess, insertSupportAccess, noteWhoEnded, openSupportAccesses } from './store.ts'

/** At a time. */
const MOST_OPEN = 10
const MINUTE = 60_000

export interface SupportAccessDraft extends PersonNames {
  readonly reason: string
  readonly minutes: number
  readonly permissions: readonly ReadPermission[]
  /** Who opens it, and what they may do: nobody hands on more. */
  readonly opener: { readonly id: string; readonly permissions: ReadonlySet<Permission> }
}

/** Throws `conflict` when the address is taken, `forbidden` for more than the opener may see, `limit_reached`. */
export const openSupportAccess = async (
  transaction: Transaction,
  draft: SupportAccessDraft,
  author: Author,
): Promise<SupportAccess> => {
  const { email, firstName, lastName, reason, minutes, permissions, opener } = draft
  requireOwnPermissions(permissions, opener.permissions)
  // Whose time has come is free to be asked again.
  await endSupportAccessInTime(transaction, author)
  await requireRoom(
    transaction,
    { of: 'support accesses', limit: MOST_OPEN },
    async () => (await openSupportAccesses(transaction, { over: false })).length,
  )
  const id = randomUUID()
  const endsAt = new Date(author.now + minutes * MINUTE)
  const made = await insertUser(transaction, { id, email, firstName, lastName, createdAt: new Date(author.now), endsAt })
  if (!made) throw new SallyportError('conflict', { message: 'There is a user with this e-mail address.' })
  await insertSupportAccess(transaction, { user: id, permissions, openedBy: opener.id, reason })
  await recordAudit(transaction, {
    type: 'support-access.opened',
    actor: author.actor,
    subject: { kind: 'user', id },
    details: { email, firstName, lastName, reason, permissions: [...permissions], endsAt: endsAt.toISOString() },
  })
  await raiseAlert(transaction, {
    organization: author.organization,
    kind: 'support-access',
    user: id,
    device: null,
    message: `Support access is open until ${endsAt.toISOString()}.`,
    actor: author.actor,
  })
  const access = await findSupportAccess(transaction, id)
  if (access === null) throw new SallyportError('internal')
  return access
}

const end = async (
  transaction: Transaction,
  { id, by }: { readonly id: string; readonly by: string | null },
  author: Author,
): Promise<void> => {
  await closeAccount(transaction, author, { id, whatever: true })
  await noteWhoEnded(transaction, id, by)
  await recordAudit(transaction, {
    type: 'support-access.ended',
    actor: author.actor,
    subject: { kind: 'user', id },
    details: { reason: by === null ? 'expired' : 'ended' },
  })
  await endAlerts(transaction, { kind: 'support-access', user: id }, author)
}

/** Throws `not_found` for what is no support access, or is over. */
export const endSupportAccess = async (
  transaction: Transaction,
  { id, by }: { readonly id: string; readonly by: string },
  author: Author,
): Promise<void> => {
  const user = await lockUser(transaction, id)
  if (user === null || user.endsAt === null) throw new SallyportError('not_found')
  await end(transaction, { id, by }, author)
}

/** Ends what is over by the clock of the database. Nobody can do anything with it by then, whether or not this ran. */
export const endSupportAccessInTime = async (transaction: Transaction, author: Author): Promise<void> => {
  const job = { ...author, actor: { kind: 'job', id: null, device: null, session: null, address: null } as const }
  for (const id of await openSupportAccesses(transaction, { over: true })) {
    if ((await lockUser(transaction, id)) !== null) await end(transaction, { id, by: null }, job)
  }
}
