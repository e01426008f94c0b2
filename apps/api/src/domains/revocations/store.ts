import { MAX_REVOCATIONS_PER_FRAME, type Revocation } from '@sallyport/protocol'
import type { Selectable } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { RevocationsTable } from './tables.ts'

/**
 * How long a revocation is worth refusing, in milliseconds: longer than any session, certificate and lease may live (24 h),
 * with clock skew. Older ones may be dropped, lowest number first.
 */
export const REVOCATION_RETENTION = 25 * 3_600_000
/** A lease lives an hour at most and is not renewed once it is revoked. */
const LEASE_RETENTION = 2 * 3_600_000
/** Revocations in one snapshot; about 200 bytes each, so that it fits a frame. What is above follows by number. */
export const MAX_SNAPSHOT = 4000

const revocationOfRow = (row: Selectable<RevocationsTable>): Revocation => ({
  number: Number(row.number),
  subject: { kind: row.subject_kind, id: row.subject_id },
  code: row.code,
  at: row.at.getTime(),
})

export interface OrganizationHead {
  /** The highest number given. */
  readonly head: number
  /** The current trust bundle. */
  readonly trustBundle: number
}

export const readHead = async (transaction: Transaction, organization: string): Promise<OrganizationHead> => {
  const row = await transaction
    .selectFrom('organizations')
    .select(['revocation_number', 'trust_bundle_number'])
    .where('id', '=', organization)
    .executeTakeFirstOrThrow()
  return { head: Number(row.revocation_number), trustBundle: Number(row.trust_bundle_number) }
}

/** The next revocations above `since`, in order, one frame of them at most. The first is `since + 1` unless that was dropped. */
export const readRevocationsAfter = async (
  transaction: Transaction,
  organization: string,
  since: number,
): Promise<Revocation[]> => {
  const rows = await transaction
    .selectFrom('revocations')
    .selectAll()
    .where('organization_id', '=', organization)
    .where('number', '>', since)
    .orderBy('number')
    .limit(MAX_REVOCATIONS_PER_FRAME)
    .execute()
  return rows.map(revocationOfRow)
}

export interface RevocationSnapshot {
  /** Everything worth refusing up to this number is in it. */
  readonly head: number
  readonly revocations: readonly Revocation[]
}

/**
 * Everything still worth refusing. When that is more than {@link MAX_SNAPSHOT} it ends at a lower `head`, from which on the
 * rest is read by number.
 */
export const readSnapshot = async (
  transaction: Transaction,
  options: { readonly organization: string; readonly now: number },
): Promise<RevocationSnapshot> => {
  // The head first: what is revoked between the two statements is above it and follows by number.
  const { head } = await readHead(transaction, options.organization)
  const rows = await transaction
    .selectFrom('revocations')
    .selectAll()
    .where('organization_id', '=', options.organization)
    .where('number', '<=', head)
    .where((column) =>
      column.or([
        column('at', '>', new Date(options.now - LEASE_RETENTION)),
        column.and([
          column('subject_kind', 'not in', ['lease', 'credential', 'connection']),
          column('at', '>', new Date(options.now - REVOCATION_RETENTION)),
        ]),
      ]),
    )
    .orderBy('number')
    .limit(MAX_SNAPSHOT + 1)
    .execute()
  const revocations = rows.slice(0, MAX_SNAPSHOT).map(revocationOfRow)
  return { head: rows.length > MAX_SNAPSHOT ? revocations.at(-1)!.number : head, revocations }
}

/**
 * Drops revocations that are no longer worth refusing, lowest numbers first and never one above one that is kept, so that what
 * is left has no gaps. Returns how many, `limit` at most.
 */
export const dropOldRevocations = async (
  transaction: Transaction,
  options: { readonly organization: string; readonly now: number; readonly limit: number },
): Promise<number> => {
  const oldest = await transaction
    .selectFrom('revocations')
    .select(['number', 'at'])
    .where('organization_id', '=', options.organization)
    .orderBy('number')
    .limit(options.limit)
    .execute()
  const cutoff = options.now - REVOCATION_RETENTION
  const kept = oldest.findIndex((row) => row.at.getTime() > cutoff)
  const old = kept === -1 ? oldest : oldest.slice(0, kept)
  const last = old.at(-1)
  if (last === undefined) return 0
  await transaction
    .deleteFrom('revocations')
    .where('organization_id', '=', options.organization)
    .where('number', '<=', Number(last.number))
    .execute()
  return old.length
}
