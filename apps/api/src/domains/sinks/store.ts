import type { SinkDestination, SinkStream } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'

/** One stream of a sink, and how far it is. */
export interface StoredStream {
  readonly stream: SinkStream
  /** Everything below this number of the log was sent. */
  readonly next: number
  readonly deliveredAt: Date | null
  readonly failures: number
  readonly problem: { readonly message: string; readonly since: Date; readonly retryAt: Date; readonly told: boolean } | null
}

export interface StoredSink {
  readonly id: string
  readonly name: string
  readonly destination: SinkDestination
  /** As it rests; the vault opens it. */
  readonly secret: Uint8Array | null
  readonly sealedAt: Date
  readonly enabled: boolean
  readonly createdAt: Date
  /** That are sent, at least one; the log first. */
  readonly streams: readonly StoredStream[]
}

const selectStreams = (transaction: Transaction) => transaction.selectFrom('sink_streams').selectAll()
type StreamRow = Awaited<ReturnType<ReturnType<typeof selectStreams>['executeTakeFirstOrThrow']>>

const streamOf = (row: StreamRow): StoredStream => ({
  stream: row.stream,
  next: Number(row.next),
  deliveredAt: row.delivered_at,
  failures: row.failures,
  problem:
    row.problem === null || row.failing_since === null || row.retry_at === null
      ? null
      : { message: row.problem, since: row.failing_since, retryAt: row.retry_at, told: row.told },
})

/** By name; `id`: this one only. */
export const readSinks = async (transaction: Transaction, id?: string): Promise<StoredSink[]> => {
  const sinks = await transaction
    .selectFrom('sinks')
    .selectAll()
    .$if(id !== undefined, (query) => query.where('id', '=', id!))
    .orderBy('name')
    .execute()
  const streams = await selectStreams(transaction)
    .where('sent', '=', true)
    .$if(id !== undefined, (query) => query.where('sink_id', '=', id!))
    .orderBy('stream', 'desc')
    .execute()
  return sinks.map((row) => ({
    id: row.id,
    name: row.name,
    destination: row.destination,
    secret: row.secret,
    sealedAt: row.sealed_at,
    enabled: row.enabled,
    createdAt: row.created_at,
    streams: streams.filter(({ sink_id: sink }) => sink === row.id).map(streamOf),
  }))
}

export const findSink = async (transaction: Transaction, id: string): Promise<StoredSink | null> =>
  (await readSinks(transaction, id))[0] ?? null

export interface SinkPlace {
  readonly organization: string
  readonly sink: string
  readonly stream: SinkStream
}

/** Streams of enabled sinks of all organizations, by their sinks' ids. */
export const listSinkPlaces = async (pool: Pool): Promise<SinkPlace[]> => {
  const { rows } = await sql<SinkPlace>`select organization, sink, stream from list_sink_streams()`.execute(pool)
  return rows
}

const healthy = { failures: 0, failing_since: null, problem: null, retry_at: null, told: false } as const

/** Forgets that the streams of a sink failed. */
export const forgetFailures = async (transaction: Transaction, sink: string): Promise<void> => {
  await transaction.updateTable('sink_streams').set(healthy).where('sink_id', '=', sink).execute()
}

/** Everything up to `next` was taken; `now`: and there was something to take. False when somebody else was faster, or the sink is gone. */
export const advanceSink = async (
  transaction: Transaction,
  { sink, stream }: SinkPlace,
  { from, next, now }: { readonly from: number; readonly next: number; readonly now: number | null },
): Promise<boolean> => {
  const { numUpdatedRows } = await transaction
    .updateTable('sink_streams')
    .set({ next, ...healthy, ...(now === null ? {} : { delivered_at: new Date(now) }) })
    .where('sink_id', '=', sink)
    .where('stream', '=', stream)
    .where('next', '=', from)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export const noteFailure = async (
  transaction: Transaction,
  { sink, stream }: SinkPlace,
  failure: { readonly message: string; readonly now: number; readonly retryAt: number; readonly told: boolean },
): Promise<void> => {
  const { message, now, retryAt, told } = failure
  await transaction
    .updateTable('sink_streams')
    .set((column) => ({
      failures: sql<number>`failures + 1`,
      failing_since: sql<Date>`coalesce(${column.ref('failing_since')}, ${new Date(now)})`,
      problem: message.slice(0, 500),
      retry_at: new Date(retryAt),
      told,
    }))
    .where('sink_id', '=', sink)
    .where('stream', '=', stream)
    .execute()
}
