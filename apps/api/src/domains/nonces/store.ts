/** A signed call is accepted once: its nonce is spent in the database, so across replicas, crashes and restarts. */
import { CALL_CLOCK_SKEW, CALL_MAX_AGE, SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

/** Seconds kept beyond the moment at which the call is too old, for replicas whose clocks differ. */
const MARGIN = CALL_MAX_AGE + CALL_CLOCK_SKEW

/**
 * Spends the nonce of a verified call. Of calls at the same time exactly one gets through: the others wait for its
 * transaction at the primary key. `created` in seconds. Throws `replayed`.
 */
export const spendNonce = async (
  transaction: Transaction,
  call: { readonly organization: string; readonly nonce: string; readonly created: number },
): Promise<void> => {
  const inserted = await transaction
    .insertInto('nonces')
    .values({
      organization_id: call.organization,
      nonce: call.nonce,
      expires_at: new Date((call.created + CALL_MAX_AGE + MARGIN) * 1000),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (inserted.numInsertedOrUpdatedRows !== 1n) throw new SallyportError('replayed')
}

/** `now` in milliseconds. Returns how many were deleted. */
export const deleteExpiredNonces = async (transaction: Transaction, now: number): Promise<number> => {
  const deleted = await transaction.deleteFrom('nonces').where('expires_at', '<', new Date(now)).executeTakeFirst()
  return Number(deleted.numDeletedRows)
}
