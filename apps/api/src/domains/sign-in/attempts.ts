/**
 * Attempts to sign in are counted before a password is looked at, so that many at once gain nothing, and in the database, so
 * that a restart forgets none. Whoever signs in from a device of their own is counted apart: a stranger who fails on purpose
 * does not lock a person out of their own computer.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { blindIndex } from '../personal-data/index.ts'

/** Milliseconds. */
const WINDOW = 15 * 60_000

/** Attempts in a window that did not succeed. */
const limits = { account: 10, device: 10, address: 60 } as const

export interface AttemptBucket {
  readonly kind: keyof typeof limits
  /** E-mail address in lower case, device id, or IP address. */
  readonly value: string
}

export type AttemptVerdict =
  | 'allowed'
  /** The first one too many in its window: raise an alert. */
  | 'first-refused'
  | 'refused'

const keyOf = (transaction: Transaction, bucket: AttemptBucket): Promise<Buffer> =>
  blindIndex(transaction, `attempt ${bucket.kind}`, bucket.value)

/** Counts one attempt. Unknown accounts are counted like known ones. */
export const countAttempt = async (transaction: Transaction, bucket: AttemptBucket, now: number): Promise<AttemptVerdict> => {
  const begins = { failures: 1, window_ends_at: new Date(now + WINDOW) }
  const over = sql<boolean>`sign_in_attempts.window_ends_at <= ${new Date(now)}`
  const { failures } = await transaction
    .insertInto('sign_in_attempts')
    .values({ bucket: await keyOf(transaction, bucket), ...begins })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'bucket']).doUpdateSet({
        failures: sql<number>`case when ${over} then 1 else least(sign_in_attempts.failures + 1, 1000000) end`,
        window_ends_at: sql<Date>`case when ${over} then ${begins.window_ends_at} else sign_in_attempts.window_ends_at end`,
      }),
    )
    .returning('failures')
    .executeTakeFirstOrThrow()
  const limit = limits[bucket.kind]
  if (failures <= limit) return 'allowed'
  return failures === limit + 1 ? 'first-refused' : 'refused'
}

/** An attempt that succeeded takes the others of its account or device with it. */
export const forgetAttempts = async (transaction: Transaction, bucket: AttemptBucket): Promise<void> => {
  await transaction
    .deleteFrom('sign_in_attempts')
    .where('bucket', '=', await keyOf(transaction, bucket))
    .execute()
}

/** Returns how many were deleted. */
export const deleteExpiredAttempts = async (transaction: Transaction, now: number): Promise<number> => {
  const deleted = await transaction.deleteFrom('sign_in_attempts').where('window_ends_at', '<=', new Date(now)).executeTakeFirst()
  return Number(deleted.numDeletedRows)
}
