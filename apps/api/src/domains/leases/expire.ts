import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import type { Author } from '../audit/index.ts'
import { tellOfExclusiveUse } from './exclusive.ts'

/** Milliseconds that a gateway gets to report the end of a lease itself. */
const GRACE = 60_000
/** Leases that one call ends, in one entry. */
const BATCH = 500

/**
 * Notes that leases came to their end which no gateway reported, with one entry for all of them. Returns how many; call again
 * while there are more.
 */
export const expireLeases = async (
  transaction: Transaction,
  { organization, actor, now }: Author,
): Promise<{ readonly expired: number; readonly more: boolean }> => {
  const { rows } = await sql<{ id: string }>`
    update leases set ended_at = expires_at, end_code = 'lease_ended' where id in (
      select id from leases where organization_id = sallyport_organization() and ended_at is null
        and expires_at < ${new Date(now - GRACE)} order by expires_at limit ${BATCH} for update skip locked)
    returning id`.execute(transaction)
  if (rows.length === 0) return { expired: 0, more: false }
  const leases = rows.map(({ id }) => id)
  await recordAudit(transaction, { type: 'lease.ended', actor, subject: null, details: { leases, reason: 'expired' }, at: now })
  await tellOfExclusiveUse(transaction, { organization, leases })
  return { expired: leases.length, more: leases.length === BATCH }
}
