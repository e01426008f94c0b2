/**
 * The end of activity: its keys go first, which ends the bodies everywhere; then its rows, and whole months where all may go. A kind
 * that is kept for a shorter time goes with its words and its recordings, which are kept by kind.
 *
 * Everything of one UTC hour goes together, once all of it is past its time: rows of words and recordings lie within one.
 */
import { activityKind } from '@sallyport/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { HOUR } from './insert.ts'
import { periodOf } from './keys.ts'

/** There are more words than records. */
const WORDS_PER_ROW = 20
/** Of words that are not divided by kind. */
const UNDIVIDED = ''

export interface RetentionOptions {
  /** Milliseconds since 1970: what is older goes. */
  readonly before: number
  /** Rows of one call. */
  readonly limit: number
}

/** Destroys the keys of months that lie wholly before. Returns how many. */
export const destroyOldKeys = async (transaction: Transaction, before: number): Promise<number> => {
  const { numDeletedRows } = await transaction
    .deleteFrom('activity_keys')
    .where('period', '<', periodOf(new Date(before)))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

const beginOfHour = (time: number): Date => new Date(Math.floor(time / HOUR) * HOUR)

interface Deletion {
  readonly from: 'activity' | 'activity_batches' | 'activity_words' | 'recordings'
  /** Primary key of the table. */
  readonly key: readonly string[]
  readonly age: string
  readonly which?: RawBuilder<unknown>
  readonly cutoff: Date
  readonly limit: number
}

/** Deletes the oldest. True: there may be more. */
const deleteOldest = async (transaction: Transaction, deletion: Deletion): Promise<boolean> => {
  const { which = sql`true`, cutoff, limit } = deletion
  const [table, age] = [sql.table(deletion.from), sql.ref(deletion.age)]
  const key = sql.join([sql.ref('organization_id'), ...deletion.key.map((column) => sql.ref(column))])
  const { numAffectedRows = 0n } = await sql`
    delete from ${table} where (${key}) in (
      select ${key} from ${table}
      where organization_id = sallyport_organization() and ${which} and ${age} < ${cutoff} order by ${age} limit ${limit})`.execute(
    transaction,
  )
  return Number(numAffectedRows) >= limit
}

const rows = { from: 'activity', key: ['at', 'stream', 'number'], age: 'at' } as const
const batches = { from: 'activity_batches', key: ['stream', 'first'], age: 'received_at' } as const
const words = { from: 'activity_words', key: ['word', 'latest', 'stream', 'first', 'kind'], age: 'latest' } as const
const recordings = { from: 'recordings', key: ['digest'], age: 'at' } as const

const ofKind = (kind: string): RawBuilder<unknown> => sql`kind = ${kind}`

/** Deletes what is old, and the batches it came in. True: there may be more. */
export const deleteOldActivity = async (transaction: Transaction, { before, limit }: RetentionOptions): Promise<boolean> => {
  const bounds = { cutoff: beginOfHour(before), limit }
  const ends = [
    await deleteOldest(transaction, { ...rows, ...bounds }),
    await deleteOldest(transaction, { ...batches, ...bounds }),
    await deleteOldest(transaction, { ...recordings, ...bounds }),
  ]
  for (const kind of [UNDIVIDED, ...activityKind.options]) {
    ends.push(await deleteOldest(transaction, { ...words, which: ofKind(kind), ...bounds, limit: limit * WORDS_PER_ROW }))
  }
  return ends.includes(true)
}

/** Deletes what is old of one kind, where an organization keeps that kind for a shorter time. True: there may be more. */
export const deleteOldKind = async (
  transaction: Transaction,
  { kind, before, limit }: RetentionOptions & { readonly kind: string },
): Promise<boolean> => {
  const bounds = { which: ofKind(kind), cutoff: beginOfHour(before), limit }
  const ends = [
    await deleteOldest(transaction, { ...rows, ...bounds }),
    await deleteOldest(transaction, { ...recordings, ...bounds }),
    await deleteOldest(transaction, { ...words, ...bounds, limit: limit * WORDS_PER_ROW }),
  ]
  return ends.includes(true)
}

/** Divides words from before kinds were told apart; those of records that are gone go. True: there may be more. */
export const divideWords = async (transaction: Transaction, limit: number): Promise<boolean> => {
  const { rows: counted } = await sql<{ readonly divided: string }>`
    with undivided as (
      delete from activity_words where (organization_id, word, latest, stream, first, kind) in (
        select organization_id, word, latest, stream, first, kind from activity_words
        where organization_id = sallyport_organization() and kind = ${UNDIVIDED} order by latest limit ${limit})
      returning word, latest, stream, first, numbers, ats
    ), divided as (
      insert into activity_words (word, latest, stream, first, kind, numbers, ats)
      select word, max(activity.at), undivided.stream, first, activity.kind,
        array_agg(place.number order by place.ordinality), array_agg(place.at order by place.ordinality)
      from undivided
        cross join lateral unnest(numbers, ats) with ordinality as place (number, at, ordinality)
        join activity on activity.organization_id = sallyport_organization()
          and activity.at = place.at and activity.stream = undivided.stream and activity.number = place.number
      group by word, undivided.latest, undivided.stream, first, activity.kind
      on conflict do nothing
    )
    select count(*) as divided from undivided`.execute(transaction)
  return Number(counted[0]!.divided) >= limit
}
