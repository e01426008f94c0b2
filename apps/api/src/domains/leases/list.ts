/** Leases of all ages, as administrators page through them. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'

export interface Lease {
  readonly id: string
  readonly user: string
  readonly session: string
  readonly gateway: string
  readonly credential: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly status: 'active' | 'ended' | 'revoked' | 'expired'
}

/** Where a page begins: below the last lease that was seen. */
export interface LeasePosition {
  /** RFC 3339. */
  readonly at: string
  readonly id: string
}

interface LeasePage {
  readonly below: LeasePosition | null
  readonly limit: number
  /** Milliseconds since 1970. */
  readonly now: number
  readonly onlyActive?: boolean
}

/** Newest first. A lease of a session that ended has ended with it. */
export const listLeases = async (
  transaction: Transaction,
  { below, limit, now, onlyActive = false }: LeasePage,
): Promise<Lease[]> => {
  const status = sql<Lease['status']>`case
        when leases.revoked then 'revoked'
        when leases.ended_at >= leases.expires_at then 'expired'
        when leases.ended_at is not null then 'ended'
        when sessions.status = 'revoked' or gateways.status = 'revoked' then 'revoked'
        when leases.expires_at <= ${new Date(now)} then 'expired'
        when sessions.status <> 'active' then 'ended'
        else 'active' end`
  const rows = await transaction
    .selectFrom('leases')
    .leftJoin('sessions', 'sessions.id', 'leases.session_id')
    .leftJoin('gateways', 'gateways.id', 'leases.gateway_id')
    .selectAll('leases')
    .select(status.as('status'))
    .$if(onlyActive, (query) => query.where(status, '=', 'active'))
    .$if(below !== null, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('leases.created_at', 'leases.id'), '<', tuple(new Date(below!.at), below!.id)),
      ),
    )
    .orderBy('leases.created_at', 'desc')
    .orderBy('leases.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    user: row.user_id,
    session: row.session_id,
    gateway: row.gateway_id,
    credential: row.credential_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    status: row.status,
  }))
}
