import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { LeaseParties } from '../leases/index.ts'
import type { BatchRecord, ReadBatch } from './batch.ts'
import { encryptBody } from './body.ts'
import type { ActivityKey } from './keys.ts'
import { periodOf } from './keys.ts'
import { filedAt } from './partitions.ts'
import { searchedText, wordNumbers, wordsOf } from './words.ts'

export interface InsertOptions {
  readonly batch: ReadBatch
  readonly gateway: string
  readonly now: number
  readonly leases: ReadonlyMap<string, LeaseParties>
  /** By period; every period of the batch is there. */
  readonly keys: ReadonlyMap<string, ActivityKey>
}

/** Whether the resource answered with an error; null for what has no outcome. */
const failedOf = ({ activity }: BatchRecord): boolean | null => {
  if (activity.kind === 'sealed') return activity.failed
  return activity.kind === 'query' || activity.kind === 'transfer' ? activity.error !== null : null
}

/** What was done, also where only its recipients can read more of it. */
const kindOf = ({ activity }: BatchRecord): string => (activity.kind === 'sealed' ? activity.of : activity.kind)

/**
 * Rows of words lie within one hour each, so that a search of a range of time reads no more than its own, and what is past its time
 * goes by whole rows. In milliseconds.
 */
export const HOUR = 3_600_000

interface Occurrences {
  readonly word: string
  readonly numbers: string[]
  readonly ats: Date[]
}

/** By kind: one for each word and hour. */
const occurrencesOf = (
  rows: readonly { readonly record: BatchRecord; readonly at: Date; readonly key: ActivityKey }[],
): ReadonlyMap<string, Occurrences[]> => {
  const found = new Map<string, Map<string, Occurrences>>()
  for (const { record, at, key } of rows) {
    const ofKind = found.get(kindOf(record)) ?? new Map<string, Occurrences>()
    found.set(kindOf(record), ofKind)
    const hour = Math.floor(at.getTime() / HOUR)
    for (const word of wordNumbers(key.key, wordsOf(searchedText(record.activity)))) {
      const known = ofKind.get(`${word} ${hour}`) ?? { word, numbers: [], ats: [] }
      ofKind.set(`${word} ${hour}`, known)
      known.numbers.push(String(record.number))
      known.ats.push(at)
    }
  }
  return new Map([...found].map(([kind, ofKind]) => [kind, [...ofKind.values()]]))
}

const insertWords = async (
  transaction: Transaction,
  { stream, first }: ReadBatch['statement'],
  found: ReadonlyMap<string, readonly Occurrences[]>,
): Promise<void> => {
  for (const [kind, occurrences] of found) {
    if (occurrences.length === 0) continue
    // As JSON: arrays of arrays of different lengths are none to PostgreSQL.
    await sql`
      insert into activity_words (word, latest, stream, first, kind, numbers, ats)
      select word, (select max(at) from unnest(ats) as at), ${stream}::uuid, ${first}::bigint, ${kind}::text, numbers, ats
      from jsonb_to_recordset(${JSON.stringify(occurrences)}::jsonb) as rows (word bigint, numbers bigint[], ats timestamptz[])
      on conflict do nothing`.execute(transaction)
  }
}

/** Stores all records by one statement: one array for each column. */
export const insertRecords = async (transaction: Transaction, options: InsertOptions): Promise<void> => {
  const { batch, gateway, now, leases, keys } = options
  const { organization, stream } = batch.statement
  const rows = batch.records.map((record) => {
    const at = filedAt(record.activity.at, now)
    const key = keys.get(periodOf(at))!
    const body = encryptBody(key.key, { organization, stream, number: record.number }, record.text)
    return { record, at, key, body, lease: leases.get(record.lease)! }
  })
  type Row = (typeof rows)[number]
  const column = (type: string, value: (row: Row) => unknown) => sql`${rows.map(value)}::${sql.raw(type)}[]`
  const of = (name: keyof BatchRecord) => (row: Row) => row.record[name]
  await sql`
    insert into activity (at, number, kind, user_id, session_id, device_id, lease_id, connection_id, resource_id,
      credential_id, key_id, body, failed, stream, gateway_id, received_at)
    select rows.*, ${stream}::uuid, ${gateway}::uuid, ${new Date(now)}::timestamptz
    from unnest(${column('timestamptz', (row) => row.at)}, ${column('bigint', of('number'))},
      ${column('text', (row) => kindOf(row.record))}, ${column('uuid', (row) => row.lease.user)},
      ${column('uuid', of('session'))}, ${column('uuid', (row) => row.lease.device)}, ${column('uuid', of('lease'))},
      ${column('uuid', of('connection'))}, ${column('uuid', (row) => row.lease.resource)},
      ${column('uuid', of('credential'))}, ${column('uuid', (row) => row.key.id)}, ${column('bytea', (row) => row.body)},
      ${column('boolean', (row) => failedOf(row.record))}) as rows
  `.execute(transaction)
  await insertWords(transaction, batch.statement, occurrencesOf(rows))
}
