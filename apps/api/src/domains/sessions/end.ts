/** The end of sessions: their rows, their leases, and the revocations that close their connections. */
import type { ErrorCode } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { notifyChange } from '../events/index.ts'
import { endLeasesNoLongerAllowed } from '../leases/index.ts'
import { lockRevocationNumber, revoke } from '../revocations/index.ts'

export type SessionScope = { readonly session: string } | { readonly device: string } | { readonly user: string }

export interface SessionEnd {
  readonly organization: string
  readonly scope: SessionScope
  /** This one stays. */
  readonly except?: string
  readonly status: 'ended' | 'revoked' | 'expired'
  /** What those who use them see. */
  readonly code: ErrorCode
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Ends every active session in the scope and returns their ids. The caller records why. Each session gets a revocation of its
 * own: a gateway knows a connection without a lease by its session only.
 */
export const endSessions = async (transaction: Transaction, end: SessionEnd): Promise<readonly string[]> => {
  await lockRevocationNumber(transaction, end.organization, 'update')
  const { scope } = end
  const [column, value] =
    'session' in scope
      ? (['id', scope.session] as const)
      : 'device' in scope
        ? (['device_id', scope.device] as const)
        : (['user_id', scope.user] as const)
  let query = transaction
    .updateTable('sessions')
    .set({ status: end.status, end_code: end.code })
    .where('status', '=', 'active')
    .where(column, '=', value)
  if (end.except !== undefined) query = query.where('id', '!=', end.except)
  const ended = await query.returning(['id', 'user_id']).execute()
  for (const { id } of ended) {
    await revoke(transaction, { organization: end.organization, subject: { kind: 'session', id }, code: end.code })
    await endLeasesNoLongerAllowed(transaction, { organization: end.organization, scope: { session: id }, now: end.now })
  }
  const users = [...new Set(ended.map((session) => session.user_id))]
  if (users.length > 0) await notifyChange(transaction, { organization: end.organization, topic: 'session', users })
  return ended.map((session) => session.id)
}
