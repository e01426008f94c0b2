/** Rows of activity by what was asked for, and their bodies, which are opened apart: the database holds them encrypted. */
import type { z } from 'zod'
import type { activityRow } from '@sallyport/protocol/api'
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { decryptBody } from './body.ts'
import { type ActivityKeys, periodOf } from './keys.ts'

export type ActivityRow = z.output<typeof activityRow>

/** Absent: any. `after` and `before` are RFC 3339; `before` itself is not included. */
export interface ActivityFilter {
  /** `<stream>-<number>`: one row. */
  readonly id?: string | undefined
  readonly user?: string | undefined
  readonly resource?: string | undefined
  readonly credential?: string | undefined
  readonly gateway?: string | undefined
  readonly device?: string | undefined
  readonly session?: string | undefined
  readonly connection?: string | undefined
  readonly kind?: string | undefined
  readonly outcome?: 'succeeded' | 'failed' | undefined
  readonly after?: string | undefined
  readonly before?: string | undefined
}

/** Where a page ended: the next begins below. */
export interface ActivityPosition {
  /** RFC 3339. */
  readonly at: string
  readonly stream: string
  readonly number: number
}

export interface EncryptedRow extends Omit<ActivityRow, 'activity' | 'shortened'> {
  readonly position: ActivityPosition
  /** RFC 3339. */
  readonly receivedAt: string
  /** Id of the organization's activity key under which the body is. */
  readonly key: string
  readonly body: Uint8Array
}

/** Bodies of a page are this long together, in bytes, or one body longer: answers stay short however long statements are. */
const MAX_PAGE_BYTES = 2 * 1024 * 1024

/** What is compared with a column; `failed` and `succeeded` are both of the column of outcomes. */
export type FilterName = (typeof equalities)[number][0] | 'failed' | 'succeeded'

/** Whether the page ends because it is long, so that another may follow. */
export const isFullPage = (rows: readonly EncryptedRow[]): boolean =>
  rows.reduce((bytes, { body }) => bytes + body.length, 0) > MAX_PAGE_BYTES

const equalities = [
  ['user', 'user_id'],
  ['resource', 'resource_id'],
  ['credential', 'credential_id'],
  ['gateway', 'gateway_id'],
  ['device', 'device_id'],
  ['session', 'session_id'],
  ['connection', 'connection_id'],
  ['kind', 'kind'],
] as const

const idPattern = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})-(\d{1,15})$/

/** What a filter compares with columns, one condition each; without time and id. */
export const conditionsOf = (filter: ActivityFilter): ReadonlyMap<FilterName, RawBuilder<boolean>> => {
  const found = new Map<FilterName, RawBuilder<boolean>>()
  for (const [name, column] of equalities) {
    const value = filter[name]
    if (value !== undefined) found.set(name, sql<boolean>`${sql.ref(column)} = ${value}`)
  }
  // As the partial indexes say it.
  if (filter.outcome === 'failed') found.set('failed', sql<boolean>`failed`)
  if (filter.outcome === 'succeeded') found.set('succeeded', sql<boolean>`failed = false`)
  return found
}

const selectFiltered = (transaction: Transaction, filter: ActivityFilter) => {
  let query = transaction.selectFrom('activity').selectAll()
  for (const condition of conditionsOf(filter).values()) query = query.where(condition)
  if (filter.after !== undefined) query = query.where('at', '>=', new Date(filter.after))
  if (filter.before !== undefined) query = query.where('at', '<', new Date(filter.before))
  if (filter.id === undefined) return query
  const [, stream, number] = idPattern.exec(filter.id) ?? []
  if (stream === undefined) return query.where(sql<boolean>`false`)
  // Rows are found by when their batch was received, which the batch knows: no index begins with the stream.
  const received = transaction
    .selectFrom('activity_batches')
    .select('received_at')
    .where('stream', '=', stream)
    .where('first', '<=', String(number))
    .orderBy('first', 'desc')
    .limit(1)
  return query.where('stream', '=', stream).where('number', '=', String(number)).where('received_at', '=', received)
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectFiltered>['executeTakeFirstOrThrow']>>

const encryptedOf = (row: Selected): EncryptedRow => ({
  id: `${row.stream}-${row.number}`,
  at: row.at.toISOString(),
  kind: row.kind,
  user: row.user_id,
  session: row.session_id,
  device: row.device_id,
  gateway: row.gateway_id,
  lease: row.lease_id,
  connection: row.connection_id,
  resource: row.resource_id,
  credential: row.credential_id,
  failed: row.failed,
  position: { at: row.at.toISOString(), stream: row.stream, number: Number(row.number) },
  receivedAt: row.received_at.toISOString(),
  key: row.key_id,
  body: row.body,
})

const orders = {
  newest: sql`at desc, stream desc, number desc`,
  received: sql`received_at, stream, number`,
}

/** Of these rows, in this order, as many as fit a page. */
const firstBytes = async (
  transaction: Transaction,
  rows: ReturnType<typeof selectFiltered>,
  order: keyof typeof orders,
): Promise<EncryptedRow[]> => {
  // Lengths are known without reading the bodies, so that only those of the page are read.
  const before = sql<number>`coalesce(sum(octet_length(body)) over (
    order by ${orders[order]} rows between unbounded preceding and 1 preceding), 0)`
  const page = transaction
    .selectFrom(transaction.selectFrom(rows.as('rows')).selectAll().select(before.as('before')).as('page'))
    .selectAll()
    .where('before', '<=', MAX_PAGE_BYTES)
    .orderBy(orders[order])
  return (await page.execute()).map(encryptedOf)
}

/** The first condition alone lets PostgreSQL leave out the partitions above. */
export const isBelow = ({ at, stream, number }: ActivityPosition): RawBuilder<boolean> =>
  sql<boolean>`(at <= ${at}::timestamptz and (at, stream, number) < (${at}::timestamptz, ${stream}::uuid, ${number}::bigint))`

/** Newest first; `limit` at most, fewer where they are long ({@link isFullPage}). */
export const findActivity = async (
  transaction: Transaction,
  options: { readonly filter: ActivityFilter; readonly below: ActivityPosition | null; readonly limit: number },
): Promise<EncryptedRow[]> => {
  const { filter, below, limit } = options
  let query = selectFiltered(transaction, filter)
  if (below !== null) query = query.where(isBelow(below))
  return firstBytes(transaction, query.orderBy(orders.newest).limit(limit), 'newest')
}

/** Of these places, the rows that the filter lets through, in this order; fewer where they are long ({@link isFullPage}). */
export const findAtPlaces = async (
  transaction: Transaction,
  options: {
    readonly filter: ActivityFilter
    readonly places: readonly ActivityPosition[]
    readonly order: keyof typeof orders
  },
): Promise<EncryptedRow[]> => {
  const { filter, places, order } = options
  const chosen = selectFiltered(transaction, filter)
    // Says again what follows, so that the rows are looked up by their time whatever the planner thinks of the rest.
    .where(sql<boolean>`at = any(${places.map(({ at }) => at)}::timestamptz[])`)
    .where(
      sql<boolean>`(at, stream, number) in (select * from unnest(${places.map(({ at }) => at)}::timestamptz[],
        ${places.map(({ stream }) => stream)}::uuid[], ${places.map(({ number }) => number)}::bigint[]))`,
    )
  return firstBytes(transaction, chosen, order)
}

/** What is left of one batch of a gateway, in its order. `receivedAt`: of the batch, milliseconds since 1970. */
export const findBatch = async (
  transaction: Transaction,
  batch: { readonly stream: string; readonly first: number; readonly count: number; readonly receivedAt: number },
): Promise<EncryptedRow[]> => {
  const { stream, first, count, receivedAt } = batch
  const rows = await transaction
    .selectFrom('activity')
    .selectAll()
    .where('received_at', '=', new Date(receivedAt))
    .where('stream', '=', stream)
    .where('number', '>=', String(first))
    .where('number', '<', String(first + count))
    .orderBy('number')
    .execute()
  return rows.map(encryptedOf)
}

/**
 * Opens the bodies. Rows whose key was destroyed at the end of their retention are left out. Throws `vault_unavailable`, and
 * `secret_unavailable` for a row that somebody changed.
 */
export const openActivity = async (
  rows: readonly EncryptedRow[],
  { organization, keys }: { readonly organization: string; readonly keys: ActivityKeys },
): Promise<ActivityRow[]> => {
  const opened: ActivityRow[] = []
  for (const { position, receivedAt: _receivedAt, key: keyId, body, ...row } of rows) {
    const key = await keys.forReading(organization, periodOf(new Date(position.at)))
    if (key === null || key.id !== keyId) continue
    const text = decryptBody(key.key, { organization, stream: position.stream, number: position.number }, body)
    opened.push({ ...row, shortened: false, activity: JSON.parse(text) as ActivityRow['activity'] })
  }
  return opened
}
