/** One-time codes: how a user sets a first password, or another one after it was lost. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { fromBase64url, SallyportError, toBase64url } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

const CODE_BYTES = 24
/** Milliseconds. */
const LIFETIME = 7 * 86_400_000

/** By which an invitation is found; the code itself is kept nowhere. */
export const hashOfInvitation = (code: string): Buffer => createHash('sha256').update(fromBase64url(code)).digest()

/** A new code for the user; an earlier one is void. `now` in milliseconds. */
export const issueInvitation = async (
  transaction: Transaction,
  user: string,
  now: number,
): Promise<{ readonly code: string; readonly expiresAt: Date }> => {
  const expiresAt = new Date(now + LIFETIME)
  const code = toBase64url(randomBytes(CODE_BYTES))
  const values = { id: randomUUID(), code_hash: hashOfInvitation(code), created_at: new Date(now), expires_at: expiresAt }
  await transaction
    .insertInto('invitations')
    .values({ ...values, user_id: user })
    .onConflict((conflict) => conflict.columns(['organization_id', 'user_id']).doUpdateSet(values))
    .execute()
  return { code, expiresAt }
}

/** Whether the invitation would be accepted now; it is not used up. */
export const isInvitationOpen = async (transaction: Transaction, codeHash: Uint8Array, now: number): Promise<boolean> =>
  (await invitedUser(transaction, codeHash, now)) !== null

/** Whom an open invitation is for; null when it is not open. */
export const invitedUser = async (transaction: Transaction, codeHash: Uint8Array, now: number): Promise<string | null> => {
  const row = await transaction
    .selectFrom('invitations')
    .select('user_id')
    .where('code_hash', '=', Buffer.from(codeHash))
    .where('expires_at', '>', new Date(now))
    .executeTakeFirst()
  return row?.user_id ?? null
}

/** Uses it up and returns whose it is. Throws `invitation_invalid`; of several at the same time one succeeds. */
export const useInvitation = async (transaction: Transaction, codeHash: Uint8Array, now: number): Promise<string> => {
  const used = await transaction
    .deleteFrom('invitations')
    .where('code_hash', '=', Buffer.from(codeHash))
    .returning(['user_id', 'expires_at'])
    .executeTakeFirst()
  if (used === undefined || used.expires_at.getTime() <= now) throw new SallyportError('invitation_invalid')
  return used.user_id
}

/** Voids what the user was sent. */
export const withdrawInvitation = async (transaction: Transaction, user: string): Promise<void> => {
  await transaction.deleteFrom('invitations').where('user_id', '=', user).execute()
}
