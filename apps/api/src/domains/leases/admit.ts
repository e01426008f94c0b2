/**
 * The steps between verified signatures and the decision: the statement is spent, session, device and user are in good
 * standing, and the device state shows no clone. What they change stays, also when the answer is a refusal.
 */
import type { ErrorCode } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { checkDeviceState, sessionStanding, touchSession } from '../sessions/index.ts'
import type { ClientStatement, Verified } from './client-statement.ts'
import { spendTicket } from './spent-tickets.ts'

/** Null: admitted. Otherwise the code of the refusal, which the caller throws after the transaction has committed. */
export const admitClientStatement = async (
  transaction: Transaction,
  { payload, session }: Verified<ClientStatement>,
  { now, actor }: { readonly now: number; readonly actor: AuditActor },
): Promise<ErrorCode | null> => {
  if (!(await spendTicket(transaction, payload))) return 'ticket_used'
  const standing = sessionStanding(session, now)
  if (standing) return standing
  const { organization, deviceState: state } = payload
  const check = { organization, user: session.user, device: session.device, state, actor, now }
  if (!(await checkDeviceState(transaction, check))) return 'device_state_stale'
  // An open connection is use: it is renewed for as long as it lasts.
  await touchSession(transaction, session, now)
  return null
}
