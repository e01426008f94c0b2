import type { ErrorCode, RevocationSubject } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'

/** Channel of the wake-up; its payload is the organization's id. */
export const REVOCATIONS_CHANNEL = 'sallyport_revocations'

export interface RevokeOptions {
  readonly organization: string
  readonly subject: RevocationSubject
  /** What those who are cut off see. */
  readonly code: ErrorCode
}

/**
 * Revokes in the caller's transaction and returns the revocation's number. The organization's row stays locked until the
 * transaction ends, so that numbers have no gaps and become visible in their order; gateways are woken at commit.
 */
export const revoke = async (transaction: Transaction, { organization, subject, code }: RevokeOptions): Promise<number> => {
  const { revocation_number } = await transaction
    .updateTable('organizations')
    .set((column) => ({ revocation_number: column('revocation_number', '+', 1) }))
    .where('id', '=', organization)
    .returning('revocation_number')
    .executeTakeFirstOrThrow()
  const number = Number(revocation_number)
  await transaction
    .insertInto('revocations')
    .values({ organization_id: organization, number, subject_kind: subject.kind, subject_id: subject.id, code })
    .execute()
  await sql`select pg_notify(${REVOCATIONS_CHANNEL}, ${organization})`.execute(transaction)
  return number
}

/**
 * Locks the organization's revocation number and returns it. A decision to lease reads it with `share` *before* it looks at
 * anything else: who revokes or changes policy waits for it, or it sees their change. A change of policy that may end leases
 * takes `update` first, so that it sees every lease decided before it. Never `share`, then {@link revoke}, in one transaction.
 */
export const lockRevocationNumber = async (
  transaction: Transaction,
  organization: string,
  lock: 'share' | 'update',
): Promise<number> => {
  const query = transaction.selectFrom('organizations').select('revocation_number').where('id', '=', organization)
  const row = await (lock === 'share' ? query.forShare() : query.forNoKeyUpdate()).executeTakeFirstOrThrow()
  return Number(row.revocation_number)
}
