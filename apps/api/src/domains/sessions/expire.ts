import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { endSessions } from './end.ts'

/** Sessions that one call ends. */
const BATCH = 100

/**
 * Ends sessions past their time, and those that were idle for longer than the organization allows: no call, and no lease that
 * still lives. Each with its revocation and its entry. Call again while there are more.
 */
export const expireSessions = async (
  transaction: Transaction,
  { organization, actor, now }: Author,
): Promise<{ readonly expired: number; readonly more: boolean }> => {
  const at = new Date(now)
  const { rows } = await sql<{ id: string; idle: boolean }>`
    select sessions.id, sessions.expires_at > ${at} as idle
    from sessions join organizations on organizations.id = sessions.organization_id
    where sessions.organization_id = ${organization} and sessions.status = 'active' and (
      sessions.expires_at <= ${at}
      or (sessions.last_used_at + make_interval(secs => (organizations.settings->>'sessionIdleLimit')::integer) <= ${at}
        and not exists (select from leases where leases.organization_id = sessions.organization_id
          and leases.session_id = sessions.id and leases.ended_at is null and leases.expires_at > ${at})))
    order by sessions.expires_at limit ${BATCH}`.execute(transaction)
  for (const { id, idle } of rows) {
    const ended = await endSessions(transaction, {
      organization,
      scope: { session: id },
      status: 'expired',
      code: 'session_expired',
      now,
    })
    if (ended.length === 0) continue
    await recordAudit(transaction, {
      type: 'session.ended',
      actor,
      subject: { kind: 'session', id },
      details: { code: 'session_expired', reason: idle ? 'idle' : 'time' },
      at: now,
    })
  }
  return { expired: rows.length, more: rows.length === BATCH }
}
