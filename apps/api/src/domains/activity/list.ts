import type { z } from 'zod'
import type { activityRow } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { decryptBody } from './body.ts'
import { type ActivityKeys, periodOf } from './keys.ts'

export type ActivityRow = z.output<typeof activityRow>

/** Absent: any. `after` and `before` are RFC 3339; `before` itself is not included. */
export interface ActivityFilter {
  readonly user?: string | undefined
  readonly resource?: string | undefined
  readonly session?: string | undefined
  readonly connection?: string | undefined
  readonly kind?: string | undefined
  readonly after?: string | undefined
  readonly before?: string | undefined
}

/** Where a page ended: the next begins below. */
export interface ActivityPosition {
  readonly at: string
  readonly stream: string
  readonly number: number
}

export interface EncryptedRow extends Omit<ActivityRow, 'activity'> {
  readonly position: ActivityPosition
  readonly key: string
  readonly body: Uint8Array
}

/** Bodies of a page are this long together, in bytes, or one body longer: answers stay short however long statements are. */
const MAX_PAGE_BYTES = 2 * 1024 * 1024

/** Whether the page ends because it is long, so that another may follow. */
export const isFullPage = (rows: readonly EncryptedRow[]): boolean =>
  rows.reduce((bytes, { body }) => bytes + body.length, 0) > MAX_PAGE_BYTES

/** Newest first; `limit` at most, fewer where they are long ({@link isFullPage}). */
export const findActivity = async (
  transaction: Transaction,
  options: { readonly filter: ActivityFilter; readonly below: ActivityPosition | null; readonly limit: number },
): Promise<EncryptedRow[]> => {
  const { filter, below, limit } = options
  let query = transaction.selectFrom('activity').selectAll()
  if (filter.user !== undefined) query = query.where('user_id', '=', filter.user)
  if (filter.resource !== undefined) query = query.where('resource_id', '=', filter.resource)
  if (filter.session !== undefined) query = query.where('session_id', '=', filter.session)
  if (filter.connection !== undefined) query = query.where('connection_id', '=', filter.connection)
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
  if (filter.after !== undefined) query = query.where('at', '>=', new Date(filter.after))
  if (filter.before !== undefined) query = query.where('at', '<', new Date(filter.before))
  if (below !== null) {
    // The first condition alone lets PostgreSQL leave out the partitions above.
    query = query
      .where('at', '<=', new Date(below.at))
      .where(sql<boolean>`(at, stream, number) < (${below.at}::timestamptz, ${below.stream}::uuid, ${below.number}::bigint)`)
  }
  const newest = query.orderBy('at', 'desc').orderBy('stream', 'desc').orderBy('number', 'desc').limit(limit)
  // Lengths are known without reading the bodies, so that only those of the page are read.
  const before = sql<number>`coalesce(sum(octet_length(body)) over (
    order by at desc, stream desc, number desc rows between unbounded preceding and 1 preceding), 0)`
  const page = transaction
    .selectFrom(transaction.selectFrom(newest.as('newest')).selectAll().select(before.as('before')).as('page'))
    .selectAll()
    .where('before', '<=', MAX_PAGE_BYTES)
    .orderBy('at', 'desc')
    .orderBy('stream', 'desc')
    .orderBy('number', 'desc')
  return (await page.execute()).map((row) => ({
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
    position: { at: row.at.toISOString(), stream: row.stream, number: Number(row.number) },
    key: row.key_id,
    body: row.body,
  }))
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
  for (const { position, key: keyId, body, ...row } of rows) {
    const key = await keys.forReading(organization, periodOf(new Date(position.at)))
    if (key === null || key.id !== keyId) continue
    const text = decryptBody(key.key, { organization, stream: position.stream, number: position.number }, body)
    opened.push({ ...row, activity: JSON.parse(text) as ActivityRow['activity'] })
  }
  return opened
}
