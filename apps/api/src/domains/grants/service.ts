import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { refusing } from '../../db/constraints.ts'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import { requireCredential } from '../credentials/index.ts'
import { endLeasesNoLongerAllowed } from '../leases/index.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { requirePresentUser } from '../roles/index.ts'
import { endGrant, type Grant, insertGrant, lockGrant, lockOverdueGrants } from './store.ts'

/** Temporary means temporary: one year at most. */
const MAX_DURATION = 366 * 24 * 60 * 60 * 1000
/** Grants that one run of the job ends in one transaction. */
const EXPIRY_BATCH = 100

export interface NewGrant {
  readonly user: string
  readonly credential: string
  readonly reason: string
  readonly expiresAt: Date
}

const described = ({ user, credential, device, reason, startsAt, expiresAt }: Grant) => ({
  user,
  credential,
  device,
  reason,
  startsAt: startsAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
})

/** Begins now. Throws `invalid_request` for an end that has passed or is far away. */
export const createGrant = async (transaction: Transaction, input: NewGrant, author: Author): Promise<Grant> => {
  const duration = input.expiresAt.getTime() - author.now
  if (duration <= 0 || duration > MAX_DURATION) {
    throw new SallyportError('invalid_request', { message: 'A grant ends in the future, within one year.' })
  }
  await requirePresentUser(transaction, input.user)
  await requireCredential(transaction, input.credential)
  const now = new Date(author.now)
  const grant: Grant = { ...input, id: randomUUID(), device: null, startsAt: now, createdAt: now, ended: null }
  await refusing({ foreign: 'not_found' }, insertGrant(transaction, grant))
  await recordAudit(transaction, {
    type: 'grant.created',
    actor: author.actor,
    subject: { kind: 'grant', id: grant.id },
    details: { before: null, after: described(grant) },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users: [grant.user] })
  return grant
}

/** Ends the connections that nothing else allows. Throws `conflict` when it has ended already. */
export const revokeGrant = async (transaction: Transaction, id: string, author: Author): Promise<void> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const grant = await lockGrant(transaction, id)
  if (!grant) throw new SallyportError('not_found', { message: 'There is no such grant.' })
  if (grant.ended !== null || grant.expiresAt.getTime() <= author.now) {
    throw new SallyportError('conflict', { message: 'The grant has ended already.' })
  }
  await endGrant(transaction, { id, how: 'revoked', at: new Date(author.now) })
  const scope = { users: [grant.user], credentials: [grant.credential] }
  const ended = await endLeasesNoLongerAllowed(transaction, { ...author, scope })
  await recordAudit(transaction, {
    type: 'grant.revoked',
    actor: author.actor,
    subject: { kind: 'grant', id },
    details: { before: described(grant), after: null, endedLeases: ended.length },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users: [grant.user] })
}

/**
 * Notes that grants are over, each with its entry, and ends leases that outlived them. Returns how many; call again while it
 * is as many as one batch holds.
 */
export const expireGrants = async (
  transaction: Transaction,
  author: Author,
): Promise<{ readonly expired: number; readonly more: boolean }> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const overdue = await lockOverdueGrants(transaction, { now: author.now, limit: EXPIRY_BATCH })
  if (overdue.length === 0) return { expired: 0, more: false }
  for (const grant of overdue) {
    await endGrant(transaction, { id: grant.id, how: 'expired', at: grant.expiresAt })
    await recordAudit(transaction, {
      type: 'grant.expired',
      actor: author.actor,
      subject: { kind: 'grant', id: grant.id },
      details: { before: described(grant), after: null },
    })
  }
  const users = [...new Set(overdue.map((grant) => grant.user))]
  const credentials = [...new Set(overdue.map((grant) => grant.credential))]
  await endLeasesNoLongerAllowed(transaction, { ...author, scope: { users, credentials } })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials', users })
  return { expired: overdue.length, more: overdue.length === EXPIRY_BATCH }
}
