import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'

const DAY = 86_400_000
/** A gateway that was cut off for longer files its records under the earliest time that is possible. */
const OLDEST = 31 * DAY
/** How far a gateway's clock may be ahead. */
const AHEAD = 60_000

/**
 * The time under which a record is found: the gateway's own, unless its clock is wrong by more than makes sense. It decides
 * the partition, so that no gateway can make any number of them. The record itself keeps what the gateway said.
 */
export const filedAt = (said: string, now: number): Date =>
  new Date(Math.min(Math.max(Date.parse(said), now - OLDEST), now + AHEAD))

/** Makes the partition of each UTC month (`2026-11`) that has none. In a transaction of its own: it locks the table. */
export const ensurePartitions = async (transaction: Transaction, periods: readonly string[]): Promise<void> => {
  for (const period of periods) await sql`select ensure_activity_partition(${`${period}-01`}::date)`.execute(transaction)
}

/** Drops the months that are past the retention of every organization. Returns how many. */
export const dropOldPartitions = async (transaction: Transaction, now: number): Promise<number> => {
  const { rows } = await sql<{ dropped: number }>`select drop_activity_partitions(${new Date(now)}) as dropped`.execute(
    transaction,
  )
  return rows[0]?.dropped ?? 0
}
