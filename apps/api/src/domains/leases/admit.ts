/**
 * The steps between verified signatures and the decision: the statement is spent, session, device and user are in good
 * standing, and the device state shows no clone. What they change stays, also when the answer is a refusal.
 */
import type { ErrorCode } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { refusedStanding } from '../policy/index.ts'
import { checkDeviceState } from '../sessions/index.ts'
import type { ClientStatement, Verified } from './client-statement.ts'
import { spendTicket } from './spent-tickets.ts'

/** Null: admitted. Otherwise the code of the refusal, which the caller throws after the transaction has committed. */
export const admitClientStatement = async (
  transaction: Transaction,
  { payload, parties }: Verified<ClientStatement>,
  circumstances: { readonly now: number; readonly actor: AuditActor },
): Promise<ErrorCode | null> => {
  if (!(await spendTicket(transaction, payload))) return 'ticket_used'
  const standing = refusedStanding({ ...parties.standing, now: circumstances.now })
  if (standing) return standing
  const check = { organization: payload.organization, user: parties.user, device: parties.device, state: payload.deviceState }
  return (await checkDeviceState(transaction, { ...check, ...circumstances })) ? null : 'device_state_stale'
}
