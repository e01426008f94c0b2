/** The end of activity: its keys go first, which ends the bodies everywhere; then its rows, and whole months where all may go. */
import type { Transaction } from '../../db/schema.ts'
import { sql } from 'kysely'
import { periodOf } from './keys.ts'

/** There are more words than records. */
const WORDS_PER_ROW = 20

export interface RetentionOptions {
  /** Milliseconds since 1970: what is older goes. */
  readonly before: number
  /** Rows of one call. */
  readonly limit: number
}

/** Destroys the keys of months that lie wholly before. Returns how many. */
export const destroyOldKeys = async (transaction: Transaction, before: number): Promise<number> => {
  const { numDeletedRows } = await transaction
    .deleteFrom('activity_keys')
    .where('period', '<', periodOf(new Date(before)))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Deletes old rows and the batches they came in. Returns how many rows; call again while it is `limit`. */
export const deleteOldActivity = async (transaction: Transaction, { before, limit }: RetentionOptions): Promise<number> => {
  const cutoff = new Date(before)
  const rows = await sql`
    delete from activity where (organization_id, at, stream, number) in (
      select organization_id, at, stream, number from activity
      where organization_id = sallyport_organization() and at < ${cutoff} order by at limit ${limit})`.execute(transaction)
  await sql`
    delete from activity_batches where (organization_id, stream, first) in (
      select organization_id, stream, first from activity_batches
      where organization_id = sallyport_organization() and received_at < ${cutoff} order by received_at limit ${limit})`.execute(
    transaction,
  )
  await sql`
    delete from activity_words where (organization_id, word, latest, stream, first) in (
      select organization_id, word, latest, stream, first from activity_words
      where organization_id = sallyport_organization() and latest < ${cutoff} order by latest limit ${limit * WORDS_PER_ROW})`.execute(
    transaction,
  )
  await sql`
    delete from recordings where (organization_id, digest) in (
      select organization_id, digest from recordings
      where organization_id = sallyport_organization() and at < ${cutoff} order by at limit ${limit})`.execute(transaction)
  return Number(rows.numAffectedRows ?? 0n)
}

/** Deletes old rows of one kind, where an organization keeps that kind for a shorter time. Returns how many. */
export const deleteOldKind = async (
  transaction: Transaction,
  { kind, before, limit }: RetentionOptions & { readonly kind: string },
): Promise<number> => {
  const { numAffectedRows = 0n } = await sql`
    delete from activity where (organization_id, at, stream, number) in (
      select organization_id, at, stream, number from activity
      where organization_id = sallyport_organization() and kind = ${kind} and at < ${new Date(before)}
      order by at limit ${limit})`.execute(transaction)
  return Number(numAffectedRows)
}
