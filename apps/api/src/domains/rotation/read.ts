/** How a credential rotates, and what became of the newest rotation. */
import type { CredentialRotation } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { requireCredential } from '../credentials/index.ts'

const timestampOf = (date: Date | null | undefined): string | null => date?.toISOString() ?? null

const newestRotation = (transaction: Transaction, credential: string) =>
  transaction
    .selectFrom('gateway_jobs')
    .selectAll()
    .where('credential_id', '=', credential)
    .where('kind', '=', 'rotate')
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()

/** Absent: nothing was ever said about its rotation, and it was never rotated. */
export const findTerms = (transaction: Transaction, credential: string) =>
  transaction.selectFrom('credential_rotations').selectAll().where('credential_id', '=', credential).executeTakeFirst()

/** Throws `not_found` for an unknown credential. */
export const readRotation = async (transaction: Transaction, credential: string): Promise<CredentialRotation> => {
  await requireCredential(transaction, credential)
  // In this order: what a rotation that is over has changed is seen.
  const last = await newestRotation(transaction, credential)
  const terms = await findTerms(transaction, credential)
  const second =
    terms === undefined || terms.second_user_name === null || terms.second_secret_id === null
      ? null
      : { userName: terms.second_user_name, secret: terms.second_secret_id }
  return {
    credential,
    every: terms?.every_seconds ?? null,
    afterSession: terms?.after_session ?? false,
    checkAfterSession: terms?.check_after_session ?? false,
    second,
    dueAt: timestampOf(terms?.due_at),
    rotatedAt: timestampOf(terms?.rotated_at),
    failures: terms?.failures ?? 0,
    last:
      last === undefined
        ? null
        : {
            id: last.id,
            state: last.state,
            reason: last.reason,
            userName: last.user_name,
            startedAt: last.created_at.toISOString(),
            finishedAt: timestampOf(last.finished_at),
            code: last.code,
            message: last.message,
          },
  }
}
