/** Proofs of presence: a secret that whoever asked for the confirmation holds, good in one session for a few minutes. */
import { createHash, randomBytes } from 'node:crypto'
import { SallyportError, toBase64url } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

/** Milliseconds. As `sudo` does: long enough for one piece of work, short enough for a computer that was left. */
const LIFETIME = 5 * 60_000
const PROOF_BYTES = 32

const hashOf = (proof: string): Buffer => createHash('sha256').update(proof).digest()

/** A call as it arrived, or as it was announced. */
export interface CallToConfirm {
  readonly method: string
  readonly target: string
  readonly body: string | Uint8Array
}

export const digestOfAct = ({ method, target, body }: CallToConfirm): Buffer =>
  createHash('sha256').update(`${method}\n${target}\n`).update(body).digest()

export interface NewProof {
  readonly session: string
  /** null: for every call that asks for recent presence. */
  readonly act: CallToConfirm | null
  /** Milliseconds since 1970. */
  readonly now: number
}

export const issueProof = async (
  transaction: Transaction,
  { session, act, now }: NewProof,
): Promise<{ readonly presence: string; readonly expiresAt: Date }> => {
  const presence = toBase64url(randomBytes(PROOF_BYTES))
  const expiresAt = new Date(now + LIFETIME)
  const act_digest = act === null ? null : digestOfAct(act)
  await transaction
    .insertInto('presence_proofs')
    .values({ proof_hash: hashOf(presence), session_id: session, act_digest, expires_at: expiresAt })
    .execute()
  return { presence, expiresAt }
}

export interface PresenceCheck {
  readonly session: string
  /** What came with the call. */
  readonly presence: string
  readonly level: 'recent' | 'act'
  readonly act: CallToConfirm
  readonly now: number
}

/** A proof for one call is used up here. Throws `presence_required`. */
export const requirePresence = async (transaction: Transaction, check: PresenceCheck): Promise<void> => {
  const { session, presence, level, act, now } = check
  const standing = { proof_hash: hashOf(presence), session_id: session }
  if (level === 'recent') {
    const recent = await transaction
      .selectFrom('presence_proofs')
      .select('session_id')
      .where((where) => where.and(standing))
      .where('act_digest', 'is', null)
      .where('expires_at', '>', new Date(now))
      .executeTakeFirst()
    if (recent !== undefined) return
  }
  const single = await transaction
    .deleteFrom('presence_proofs')
    .where((where) => where.and(standing))
    .where('act_digest', '=', digestOfAct(act))
    .where('expires_at', '>', new Date(now))
    .executeTakeFirst()
  if (single.numDeletedRows !== 1n) throw new SallyportError('presence_required')
}

/** Returns how many were deleted. */
export const deleteExpiredProofs = async (transaction: Transaction, now: number): Promise<number> => {
  const deleted = await transaction.deleteFrom('presence_proofs').where('expires_at', '<=', new Date(now)).executeTakeFirst()
  return Number(deleted.numDeletedRows)
}
