import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlertOnce } from '../alerts/index.ts'
import { recordAudit } from '../audit/index.ts'
import type { Author } from '../audit/index.ts'
import { tellOfExclusiveUse } from './exclusive.ts'

/** Milliseconds that a gateway gets to report the end of a lease itself. */
const GRACE = 60_000
/** Leases that one call ends, in one entry. */
const BATCH = 500

/** A credential whose users nobody dropped, and the secret with which that can be done. */
export interface LeftBehind {
  readonly credential: string
  readonly userName: string
  readonly secret: string
  readonly version: number
}

/** A gateway that ends as it should reports its leases, and drops their users. */
const tellOfUnreported = async (
  transaction: Transaction,
  leases: readonly string[],
  author: Author,
): Promise<readonly LeftBehind[]> => {
  const rows = await transaction
    .selectFrom('leases')
    .innerJoin('credentials', 'credentials.id', 'leases.credential_id')
    .innerJoin('resources', 'resources.id', 'credentials.resource_id')
    .innerJoin('secrets', 'secrets.id', 'credentials.secret_id')
    .select(['resources.name as resource', 'credentials.name', 'credentials.id', 'credentials.user_name'])
    .select(['secrets.id as secret', 'secrets.version'])
    .distinct()
    .where('leases.id', 'in', leases)
    .where('secrets.kind', '=', 'temporary-user')
    .execute()
  for (const { resource, name } of rows) {
    const message = `A gateway ended without dropping users of ${resource}/${name}. They cannot sign in any more; a gateway is asked to drop them.`
    await raiseAlertOnce(transaction, { ...author, kind: 'temporary-user-left', user: null, device: null, message })
  }
  return rows.map((row) => ({ credential: row.id, userName: row.user_name, secret: row.secret, version: row.version }))
}

/**
 * Notes that leases came to their end which no gateway reported, with one entry for all of them. Returns how many; call again
 * while there are more.
 */
export const expireLeases = async (
  transaction: Transaction,
  { organization, actor, now }: Author,
): Promise<{ readonly expired: number; readonly more: boolean; readonly left: readonly LeftBehind[] }> => {
  const { rows } = await sql<{ id: string }>`
    update leases set ended_at = expires_at, end_code = 'lease_ended' where id in (
      select id from leases where organization_id = sallyport_organization() and ended_at is null
        and expires_at < ${new Date(now - GRACE)} order by expires_at limit ${BATCH} for update skip locked)
    returning id`.execute(transaction)
  if (rows.length === 0) return { expired: 0, more: false, left: [] }
  const leases = rows.map(({ id }) => id)
  await recordAudit(transaction, { type: 'lease.ended', actor, subject: null, details: { leases, reason: 'expired' }, at: now })
  const left = await tellOfUnreported(transaction, leases, { organization, actor, now })
  await tellOfExclusiveUse(transaction, { organization, leases })
  return { expired: leases.length, more: leases.length === BATCH, left }
}
