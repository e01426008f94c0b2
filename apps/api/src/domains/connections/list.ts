/** Open connections, with whom and what they belong to. */
import type { Caller } from '@sallyport/protocol'
import type { OpenConnection } from '@sallyport/protocol/api'
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { callers } from './caller.ts'

/** Absent: any. */
export interface ConnectionFilter {
  readonly id?: string | undefined
  readonly user?: string | undefined
  readonly session?: string | undefined
  readonly resource?: string | undefined
  readonly credential?: string | undefined
  readonly gateway?: string | undefined
  readonly leases?: readonly string[] | undefined
}

/** Where a page ended. `at`: RFC 3339. */
export interface ConnectionPosition {
  readonly at: string
  readonly id: string
}

interface Row {
  readonly id: string
  readonly user_id: string
  readonly session_id: string
  readonly device_id: string
  readonly gateway_id: string
  readonly lease_id: string
  readonly resource_id: string
  readonly credential_id: string
  readonly name: string
  readonly personal: Buffer | null
  readonly opened_at: Date
  readonly bytes_up: string
  readonly bytes_down: string
  readonly reported_at: Date
  readonly expires_at: Date
}

const answerOfRow = (row: Row, caller: Caller | null): OpenConnection => ({
  id: row.id,
  user: row.user_id,
  session: row.session_id,
  device: row.device_id,
  gateway: row.gateway_id,
  lease: row.lease_id,
  resource: row.resource_id,
  credential: row.credential_id,
  name: row.name,
  caller,
  openedAt: row.opened_at.toISOString(),
  bytesUp: Number(row.bytes_up),
  bytesDown: Number(row.bytes_down),
  reportedAt: row.reported_at.toISOString(),
  leaseExpiresAt: row.expires_at.toISOString(),
})

const only = (value: unknown, clause: RawBuilder<unknown>): RawBuilder<unknown> =>
  value === undefined || value === null ? sql`` : clause

/** Newest first; only under leases that live: whatever ends a lease ends its connections. */
export const openConnections = async (
  transaction: Transaction,
  options: {
    readonly filter: ConnectionFilter
    readonly below: ConnectionPosition | null
    readonly limit: number
    /** Milliseconds since 1970. */
    readonly now: number
  },
): Promise<OpenConnection[]> => {
  const { filter, below, limit, now } = options
  const { rows } = await sql<Row>`
    select open_connections.*, leases.user_id, leases.session_id, leases.device_id, leases.resource_id, leases.credential_id,
      leases.expires_at, resources.name || '/' || credentials.name as name
    from open_connections
    join leases on leases.id = open_connections.lease_id
    join credentials on credentials.organization_id = leases.organization_id and credentials.id = leases.credential_id
    join resources on resources.organization_id = leases.organization_id and resources.id = leases.resource_id
    where leases.ended_at is null and leases.expires_at > ${new Date(now)}
      ${only(filter.id, sql`and open_connections.id = ${filter.id}`)}
      ${only(filter.user, sql`and leases.user_id = ${filter.user}`)}
      ${only(filter.session, sql`and leases.session_id = ${filter.session}`)}
      ${only(filter.resource, sql`and leases.resource_id = ${filter.resource}`)}
      ${only(filter.credential, sql`and leases.credential_id = ${filter.credential}`)}
      ${only(filter.gateway, sql`and open_connections.gateway_id = ${filter.gateway}`)}
      ${only(filter.leases, sql`and leases.id = any(${filter.leases}::uuid[])`)}
      ${only(below, sql`and (open_connections.opened_at, open_connections.id) < (${below?.at}::timestamptz, ${below?.id}::uuid)`)}
    order by open_connections.opened_at desc, open_connections.id desc
    limit ${limit}`.execute(transaction)
  const opened = await callers.openAll(
    transaction,
    rows.map((row) => ({ row: row.id, person: null, sealed: row.personal })),
  )
  return rows.map((row, index) => answerOfRow(row, opened[index] ?? null))
}
