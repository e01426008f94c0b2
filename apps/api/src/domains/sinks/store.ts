import type { SinkDestination } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'

export interface StoredSink {
  readonly id: string
  readonly name: string
  readonly destination: SinkDestination
  /** As it rests; the vault opens it. */
  readonly secret: Uint8Array | null
  readonly enabled: boolean
  readonly createdAt: Date
  /** Number of the entry that is sent next. */
  readonly next: number
  readonly deliveredAt: Date | null
  readonly failures: number
  readonly problem: { readonly message: string; readonly since: Date; readonly retryAt: Date; readonly told: boolean } | null
}

const sinks = (transaction: Transaction) => transaction.selectFrom('sinks').selectAll()
type Row = Awaited<ReturnType<ReturnType<typeof sinks>['executeTakeFirstOrThrow']>>

const fromRow = (row: Row): StoredSink => ({
  id: row.id,
  name: row.name,
  destination: row.destination,
  secret: row.secret,
  enabled: row.enabled,
  createdAt: row.created_at,
  next: Number(row.next),
  deliveredAt: row.delivered_at,
  failures: row.failures,
  problem:
    row.problem === null || row.failing_since === null || row.retry_at === null
      ? null
      : { message: row.problem, since: row.failing_since, retryAt: row.retry_at, told: row.told },
})

export const readSinks = async (transaction: Transaction): Promise<StoredSink[]> =>
  (await sinks(transaction).orderBy('name').execute()).map(fromRow)

export const findSink = async (transaction: Transaction, id: string): Promise<StoredSink | null> => {
  const row = await sinks(transaction).where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : fromRow(row)
}

export interface SinkPlace {
  readonly organization: string
  readonly sink: string
}

/** Enabled ones of all organizations. */
export const listSinkPlaces = async (pool: Pool): Promise<SinkPlace[]> => {
  const { rows } = await sql<SinkPlace>`select organization, sink from list_sinks()`.execute(pool)
  return rows
}

/** Everything up to `next` was taken. False when somebody else was faster, or the sink is gone. */
export const advanceSink = async (
  transaction: Transaction,
  { sink, from, next, now }: { readonly sink: string; readonly from: number; readonly next: number; readonly now: number },
): Promise<boolean> => {
  const { numUpdatedRows } = await transaction
    .updateTable('sinks')
    .set({
      next,
      delivered_at: new Date(now),
      failures: 0,
      failing_since: null,
      problem: null,
      retry_at: null,
      told: false,
    })
    .where('id', '=', sink)
    .where('next', '=', from)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export const noteFailure = async (
  transaction: Transaction,
  failure: {
    readonly sink: string
    readonly message: string
    readonly now: number
    readonly retryAt: number
    readonly told: boolean
  },
): Promise<void> => {
  const { sink, message, now, retryAt, told } = failure
  await transaction
    .updateTable('sinks')
    .set((column) => ({
      failures: sql<number>`failures + 1`,
      failing_since: sql<Date>`coalesce(${column.ref('failing_since')}, ${new Date(now)})`,
      problem: message.slice(0, 500),
      retry_at: new Date(retryAt),
      told,
    }))
    .where('id', '=', sink)
    .execute()
}
