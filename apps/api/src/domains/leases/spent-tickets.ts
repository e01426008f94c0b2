import { MAX_CLOCK_SKEW } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

/** False when this ticket or renewal was used before, on whichever replica. Kept for as long as it could be used. */
export const spendTicket = async (
  transaction: Transaction,
  { jti, expiresAt }: { readonly jti: string; readonly expiresAt: number },
): Promise<boolean> => {
  const result = await transaction
    .insertInto('spent_tickets')
    .values({ jti, expires_at: new Date(expiresAt + MAX_CLOCK_SKEW) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Forgets what could not be used any more anyway. */
export const forgetSpentTickets = async (transaction: Transaction, now: number): Promise<number> => {
  // One more minute, so that a clock that is set back does not make an old ticket new.
  const result = await transaction
    .deleteFrom('spent_tickets')
    .where('expires_at', '<', new Date(now - 60_000))
    .executeTakeFirst()
  return Number(result.numDeletedRows)
}
