import type { alert } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'

export type Alert = z.output<typeof alert>

/** Alerts below `before`, newest first; `limit` at most. */
export const listAlerts = async (
  transaction: Transaction,
  { before, limit }: { readonly before: { readonly at: string; readonly id: string } | null; readonly limit: number },
): Promise<Alert[]> => {
  let query = transaction.selectFrom('alerts').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit)
  // The column keeps milliseconds, like the answers: rows of the same one are told apart by their id.
  if (before !== null) query = query.where(sql<boolean>`(at, id) < (${before.at}::timestamptz, ${before.id}::uuid)`)
  const rows = await query.execute()
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    kind: row.kind,
    user: row.user_id,
    device: row.device_id,
    message: row.message,
  }))
}
