/** Challenges: fresh random bytes that a sign-in must bring back, once. */
import { createHash, randomBytes } from 'node:crypto'
import { fromBase64url, SallyportError, toBase64url } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

const CHALLENGE_BYTES = 32
/** Milliseconds. */
const CHALLENGE_LIFETIME = 5 * 60_000

const hashOf = (challenge: string): Buffer => createHash('sha256').update(fromBase64url(challenge)).digest()

/** `now` in milliseconds. */
export const createChallenge = async (
  transaction: Transaction,
  now: number,
): Promise<{ readonly challenge: string; readonly expiresAt: Date }> => {
  const challenge = toBase64url(randomBytes(CHALLENGE_BYTES))
  const expiresAt = new Date(now + CHALLENGE_LIFETIME)
  await transaction
    .insertInto('sign_in_challenges')
    .values({ challenge_hash: hashOf(challenge), expires_at: expiresAt })
    .execute()
  return { challenge, expiresAt }
}

/** Throws `challenge_invalid` for one that was never given, is used or too old. */
export const useChallenge = async (transaction: Transaction, challenge: string, now: number): Promise<void> => {
  const used = await transaction
    .deleteFrom('sign_in_challenges')
    .where('challenge_hash', '=', hashOf(challenge))
    .returning('expires_at')
    .executeTakeFirst()
  if (used === undefined || used.expires_at.getTime() <= now) throw new SallyportError('challenge_invalid')
}

/** Returns how many were deleted. */
export const deleteExpiredChallenges = async (transaction: Transaction, now: number): Promise<number> => {
  const deleted = await transaction.deleteFrom('sign_in_challenges').where('expires_at', '<=', new Date(now)).executeTakeFirst()
  return Number(deleted.numDeletedRows)
}
