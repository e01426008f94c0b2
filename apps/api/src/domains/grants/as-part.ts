/** Grants that begin or end as part of another change, and of its audit entry. */
import { randomUUID } from 'node:crypto'
import type { Transaction } from '../../db/schema.ts'
import type { Author } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import { endLeasesNoLongerAllowed } from '../leases/index.ts'
import { endGrant, type Grant, insertGrant, lockGrant } from './store.ts'

type GrantToOpen = Pick<Grant, 'user' | 'credential' | 'device' | 'reason' | 'startsAt' | 'expiresAt'>

export const openGrant = async (transaction: Transaction, input: GrantToOpen, author: Author): Promise<Grant> => {
  const grant: Grant = { ...input, id: randomUUID(), createdAt: new Date(author.now), ended: null }
  await insertGrant(transaction, grant)
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users: [grant.user] })
  return grant
}

/**
 * Ends the grant now, with the connections that nothing else allows; returns the leases that ended. Nothing for one that is
 * over. The caller holds the revocation number for update.
 */
export const closeGrant = async (transaction: Transaction, id: string, author: Author): Promise<readonly string[]> => {
  const grant = await lockGrant(transaction, id)
  if (!grant || grant.ended !== null || grant.expiresAt.getTime() <= author.now) return []
  await endGrant(transaction, { id, how: 'revoked', at: new Date(author.now) })
  const scope = { users: [grant.user], credentials: [grant.credential] }
  const ended = await endLeasesNoLongerAllowed(transaction, { ...author, scope })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users: [grant.user] })
  return ended
}
