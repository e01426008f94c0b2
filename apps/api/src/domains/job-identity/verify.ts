/** What the vault checks of a job's ticket, before it looks at what the ticket asks for. */
import {
  fromBase64url,
  jobSession,
  SallyportError,
  parseStatement,
  type Ticket,
  ticket,
  verifyStatement,
} from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

/**
 * Both signatures: of the identity, whose public keys the caller keeps itself, and of a session that the identity signed and
 * whose time is not over. Throws `ticket_invalid`.
 */
export const verifyJobTicket = async (
  transaction: Transaction,
  text: string,
  { identityKeys, now }: { readonly identityKeys: readonly Uint8Array[]; readonly now: number },
): Promise<Ticket> => {
  const claimed = parseStatement(ticket, text).payload
  const row = await transaction
    .selectFrom('job_sessions')
    .select('statement')
    .where('id', '=', claimed.session)
    .executeTakeFirst()
  if (row === undefined) throw new SallyportError('ticket_invalid', { cause: new Error('no job has this session') })
  for (const identityKey of identityKeys) {
    const session = await verifyStatement(jobSession, row.statement, [identityKey]).catch(() => null)
    if (session === null) continue
    const { organization } = claimed
    if (session.session !== claimed.session || session.organization !== organization || claimed.device !== organization) break
    if (session.expiresAt <= now)
      throw new SallyportError('ticket_invalid', { cause: new Error('the session of the job is over') })
    return verifyStatement(ticket, text, [identityKey, fromBase64url(session.publicKey)])
  }
  throw new SallyportError('ticket_invalid', { cause: new Error('the session is not one of the job identity') })
}

/** Forgets sessions that are over. */
export const deleteExpiredJobSessions = async (transaction: Transaction, now: number): Promise<void> => {
  await transaction.deleteFrom('job_sessions').where('expires_at', '<', new Date(now)).execute()
}
