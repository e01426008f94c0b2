/** Finds numbered entries in the order of their numbers, looking through no more of them than one call may. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { LogLink } from '../../links/index.ts'

/** Entries that a search for words reads in one call; the next call goes on from there. */
const MAX_SEARCHED = 5000

export interface NumberedRow {
  readonly index: number
  readonly id: string
  readonly leaf: Buffer
  readonly entry: Buffer
}

export interface FoundNumbered {
  readonly rows: readonly NumberedRow[]
  /** Everything up to this number, and it, was looked at, and there may be more; null when that was all. */
  readonly upTo: number | null
  /** The last number that was looked at; -1 for none. */
  readonly last: number
}

type Filter = Pick<Parameters<LogLink['listEntries']>[0], 'type' | 'user' | 'subject' | 'words' | 'after' | 'before'>

/** The highest number; -1 before the first. */
export const lastIndex = async (transaction: Transaction): Promise<number> => {
  const row = await transaction.selectFrom('audit_entries').select('index').orderBy('index', 'desc').limit(1).executeTakeFirst()
  return row === undefined ? -1 : Number(row.index)
}

/** `from`: beyond this number, in the order; null from its beginning. */
export const findNumbered = async (
  transaction: Transaction,
  filter: Filter,
  options: {
    readonly order: 'asc' | 'desc'
    readonly from: number | null
    readonly limit: number
    readonly maxBytes: number
  },
): Promise<FoundNumbered> => {
  const { order, from, limit, maxBytes } = options
  const words = filter.words ?? []
  const searched = words.length > 0 ? MAX_SEARCHED : limit + 1
  const text = sql`lower(convert_from(entry, 'UTF8'))`
  const hasWords = sql<boolean>`${sql.join([sql`true`, ...words.map((word) => sql`position(${word} in ${text}) > 0`)], sql` and `)}`
  const looked = transaction
    .selectFrom('audit_entries')
    .select(['index', 'id', 'leaf', 'entry'])
    .select(hasWords.as('matched'))
    .$if(from !== null, (select) => select.where('index', order === 'desc' ? '<' : '>', from!))
    .$if(filter.type !== undefined, (select) => select.where('type', '=', filter.type!))
    .$if(filter.user !== undefined, (select) => select.where('user_id', '=', filter.user!))
    .$if(filter.subject !== undefined, (select) => select.where('subject_id', '=', filter.subject!))
    .$if(filter.after !== undefined, (select) => select.where('at', '>', new Date(filter.after!)))
    .$if(filter.before !== undefined, (select) => select.where('at', '<', new Date(filter.before!)))
    .orderBy('index', order)
    .limit(searched)
  const direction = sql.raw(order)
  const window = sql`(order by index ${direction} rows between unbounded preceding and 1 preceding)`
  const { rows } = await sql<{
    readonly index: string
    readonly id: string
    readonly leaf: Buffer
    readonly entry: Buffer | null
    readonly matched: boolean
    readonly fits: boolean
  }>`
    select index, id, leaf, matched, fits, case when matched and fits then entry end as entry from (
      select *, coalesce(sum(case when matched then octet_length(entry) end) over ${window}, 0) <= ${maxBytes}
        and coalesce(sum(matched::integer) over ${window}, 0) < ${limit} as fits
      from (${looked}) as looked) as measured
    order by index ${direction}`.execute(transaction)
  // What no longer fits is looked at another time, with everything after it.
  const end = rows.findIndex(({ matched, fits }) => matched && !fits)
  const seen = end === -1 ? rows : rows.slice(0, end)
  const last = seen.at(-1)
  const isAll = end === -1 && rows.length < searched
  return {
    rows: seen.flatMap(({ index, id, leaf, entry }) => (entry === null ? [] : [{ index: Number(index), id, leaf, entry }])),
    upTo: isAll || last === undefined ? null : Number(last.index),
    last: last === undefined ? -1 : Number(last.index),
  }
}
