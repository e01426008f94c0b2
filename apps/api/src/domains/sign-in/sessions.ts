/** Ending a session on purpose: one's own, or somebody's. */
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { endSessions, findSession } from '../sessions/index.ts'

export interface SessionChange {
  readonly organization: string
  readonly session: string
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Signs out. Twice at the same time does it once. */
export const signOut = async (transaction: Transaction, change: SessionChange): Promise<void> => {
  const { organization, session, actor, now } = change
  const ended = await endSessions(transaction, {
    organization,
    scope: { session },
    status: 'ended',
    code: 'session_revoked',
    now,
  })
  if (ended.length === 0) throw new SallyportError('session_unknown')
  await recordAudit(transaction, { type: 'session.ended', actor, subject: { kind: 'session', id: session } })
}

/** Throws `not_found`; `conflict` for a session that has ended. */
export const revokeSession = async (transaction: Transaction, change: SessionChange): Promise<void> => {
  const { organization, session, actor, now } = change
  if ((await findSession(transaction, session)) === null) throw new SallyportError('not_found')
  const ended = await endSessions(transaction, {
    organization,
    scope: { session },
    status: 'revoked',
    code: 'session_revoked',
    now,
  })
  if (ended.length === 0) throw new SallyportError('conflict', { message: 'This session has ended.' })
  await recordAudit(transaction, {
    type: 'session.revoked',
    actor,
    subject: { kind: 'session', id: session },
    details: { code: 'session_revoked' },
  })
}
