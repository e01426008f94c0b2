import { type alert, lastingAlerts } from '@sallyport/protocol/api'
import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import type { AlertsTable } from './tables.ts'

export type Alert = z.output<typeof alert>

interface AlertsAsked {
  readonly before: { readonly at: string; readonly id: string } | null
  readonly limit: number
  /** Absent: open or not. */
  readonly state?: 'open' | 'acknowledged' | undefined
  /** Absent: about whatever they are. */
  readonly device?: string | undefined
}

export const alertOf = (row: Selectable<AlertsTable>): Alert => ({
  id: row.id,
  at: row.at.toISOString(),
  kind: row.kind,
  user: row.user_id,
  device: row.device_id,
  message: row.message,
  acknowledged:
    row.acknowledged_at === null || row.acknowledged_by === null
      ? null
      : { at: row.acknowledged_at.toISOString(), by: row.acknowledged_by },
  endedAt: row.ended_at?.toISOString() ?? null,
})

/** Alerts below `before`, newest first; `limit` at most. */
export const listAlerts = async (transaction: Transaction, { before, limit, state, device }: AlertsAsked): Promise<Alert[]> => {
  let query = transaction.selectFrom('alerts').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit)
  // The column keeps milliseconds, like the answers: rows of the same one are told apart by their id.
  if (before !== null) query = query.where(sql<boolean>`(at, id) < (${before.at}::timestamptz, ${before.id}::uuid)`)
  if (state !== undefined) {
    query = query.where((is) => {
      const goesOn = is.and([is('ended_at', 'is', null), is('kind', 'in', lastingAlerts)])
      const isOpen = is.or([is.and([is('ended_at', 'is', null), is('acknowledged_at', 'is', null)]), goesOn])
      return state === 'open' ? isOpen : is.not(isOpen)
    })
  }
  if (device !== undefined) query = query.where('device_id', '=', device)
  return (await query.execute()).map(alertOf)
}
