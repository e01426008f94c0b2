/** What happens when the key of a session was used without the key of the device that it belongs to. */
import type { AuditActor } from '@sallyport/protocol/api'
import type { ErrorCode } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlert } from '../alerts/index.ts'
import { recordAudit } from '../audit/index.ts'
import { endSessions } from './end.ts'
import { type Session, sessionStanding } from './standing.ts'

/**
 * To be called only for a message whose session signature is valid and covers a device signature that is not of the session's
 * device: nobody but who holds the session's key can make one. It left its device: the session is revoked and an alert raised
 * **in this transaction**, which must be committed before the returned code is thrown. Of a session that is over already,
 * nothing changes.
 */
export const revokeForeignUse = async (
  transaction: Transaction,
  session: Session,
  use: { readonly organization: string; readonly address: string | null; readonly now: number },
): Promise<ErrorCode> => {
  const standing = sessionStanding(session, use.now)
  if (standing !== null) return standing
  const { organization, address, now } = use
  const code = 'device_mismatch'
  const actor: AuditActor = { kind: 'anonymous', id: null, device: null, session: session.id, address }
  await endSessions(transaction, { organization, scope: { session: session.id }, status: 'revoked', code, now })
  await recordAudit(transaction, {
    type: 'session.revoked',
    actor,
    subject: { kind: 'session', id: session.id },
    details: { code },
  })
  await raiseAlert(transaction, {
    organization,
    kind: 'device-mismatch',
    user: session.user,
    device: session.device,
    message: 'The key of a session was used without the key of its device. The session was ended.',
    actor,
  })
  return code
}
