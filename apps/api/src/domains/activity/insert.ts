import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { LeaseParties } from '../leases/index.ts'
import type { BatchRecord, ReadBatch } from './batch.ts'
import { encryptBody } from './body.ts'
import type { ActivityKey } from './keys.ts'
import { periodOf } from './keys.ts'
import { filedAt } from './partitions.ts'

export interface InsertOptions {
  readonly batch: ReadBatch
  readonly gateway: string
  readonly now: number
  readonly leases: ReadonlyMap<string, LeaseParties>
  /** By period; every period of the batch is there. */
  readonly keys: ReadonlyMap<string, ActivityKey>
}

/** Stores all records by one statement: one array for each column. */
export const insertRecords = async (transaction: Transaction, options: InsertOptions): Promise<void> => {
  const { batch, gateway, now, leases, keys } = options
  const { organization, stream } = batch.statement
  const rows = batch.records.map((record) => {
    const at = filedAt(record.activity.at, now)
    const key = keys.get(periodOf(at))!
    const body = encryptBody(key.key, { organization, stream, number: record.number }, record.text)
    return { record, at, key: key.id, body, lease: leases.get(record.lease)! }
  })
  type Row = (typeof rows)[number]
  const column = (type: string, value: (row: Row) => unknown) => sql`${rows.map(value)}::${sql.raw(type)}[]`
  const of = (name: keyof BatchRecord) => (row: Row) => row.record[name]
  await sql`
    insert into activity (at, number, kind, user_id, session_id, device_id, lease_id, connection_id, resource_id,
      credential_id, key_id, body, stream, gateway_id, received_at)
    select rows.*, ${stream}::uuid, ${gateway}::uuid, ${new Date(now)}::timestamptz
    from unnest(${column('timestamptz', (row) => row.at)}, ${column('bigint', of('number'))},
      ${column('text', (row) => row.record.activity.kind)}, ${column('uuid', (row) => row.lease.user)},
      ${column('uuid', of('session'))}, ${column('uuid', (row) => row.lease.device)}, ${column('uuid', of('lease'))},
      ${column('uuid', of('connection'))}, ${column('uuid', (row) => row.lease.resource)},
      ${column('uuid', of('credential'))}, ${column('uuid', (row) => row.key)}, ${column('bytea', (row) => row.body)}) as rows
  `.execute(transaction)
}
