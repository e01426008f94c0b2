/**
 * Finds rows by words. The index of words gives places, newest first, in ranges of time that grow while too little is found, so that
 * frequent words cost no more than rare ones; then the rows are opened and compared, because the index knows numbers only.
 */
import { activity } from '@sallyport/recording'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { HOUR } from './insert.ts'
import { type ActivityKeys, periodOf } from './keys.ts'
import {
  type ActivityFilter,
  type ActivityPosition,
  type ActivityRow,
  type EncryptedRow,
  findActivity,
  findAtPlaces,
  isFullPage,
  openActivity,
} from './list.ts'
import { hasWords, wordNumbers } from './words.ts'

export interface SearchOptions {
  readonly organization: string
  readonly keys: ActivityKeys
  readonly filter: ActivityFilter
  /** Not empty. */
  readonly words: ReadonlySet<string>
  readonly below: ActivityPosition | null
  readonly limit: number
  /** Milliseconds since 1970. */
  readonly now: number
  readonly run: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>
}

export interface Found {
  readonly rows: readonly ActivityRow[]
  /** Everything above was looked through; null when everything was. */
  readonly next: ActivityPosition | null
}

/** Rows that one call opens, and places that it takes at a time. A call that comes to an end there is continued by its cursor. */
const MAX_OPENED = 4000
const STEP = 500
/** Characters of what was found after which no more is looked for. */
const ENOUGH = 512 * 1024
const FIRST_RANGE = HOUR
const GROWTH = 8
/** Gateways' clocks may be ahead. */
const AHEAD = 120_000
const NIL = '00000000-0000-0000-0000-000000000000'

interface Range {
  /** Milliseconds since 1970; `until` is not included. */
  readonly from: number
  readonly until: number
}

const beginOfMonth = (time: number): number => {
  const date = new Date(time)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

/** The time of the oldest record that there may be; null when there is none. */
const oldestTime = async (transaction: Transaction): Promise<number | null> => {
  const row = await transaction
    .selectFrom('activity_keys')
    .select(({ fn }) => fn.min('period').as('period'))
    .executeTakeFirst()
  return row?.period ? Date.parse(`${row.period}-01T00:00:00Z`) : null
}

/** Places that have all of these words, newest first, below the position. */
const placesOf = async (
  transaction: Transaction,
  { from, until }: Range,
  options: { readonly numbers: readonly string[]; readonly below: ActivityPosition | null; readonly limit: number },
): Promise<ActivityPosition[]> => {
  const { numbers, below, limit } = options
  const withWord = (number: string) => sql`
    select unnest(ats) as at, stream, unnest(numbers) as number from activity_words
    where word = ${number}::bigint and latest >= ${new Date(from)} and latest < ${new Date(until + HOUR)}`
  const { rows } = await sql<{ readonly at: Date; readonly stream: string; readonly number: string }>`
    select at, stream, number from (${sql.join(numbers.map(withWord), sql` intersect `)}) as places
    where at >= ${new Date(from)} and at < ${new Date(until)}
      ${below === null ? sql`` : sql`and (at, stream, number) < (${below.at}::timestamptz, ${below.stream}::uuid, ${below.number}::bigint)`}
    order by at desc, stream desc, number desc limit ${limit}`.execute(transaction)
  return rows.map(({ at, stream, number }) => ({ at: at.toISOString(), stream, number: Number(number) }))
}

interface Candidates {
  readonly rows: readonly EncryptedRow[]
  /** Everything in the range above this was taken; null when the whole range was. */
  readonly upTo: ActivityPosition | null
}

/** Rows that may have the words; all rows of the range when none of the words is in the index. */
const candidates = async (options: SearchOptions, range: Range, below: ActivityPosition | null): Promise<Candidates> => {
  const { organization, keys, filter, words, run } = options
  const key = await keys.forReading(organization, periodOf(new Date(range.from)))
  if (key === null) return { rows: [], upTo: null }
  const numbers = wordNumbers(key.key, words)
  if (numbers.length === 0) {
    const within = { ...filter, after: new Date(range.from).toISOString(), before: new Date(range.until).toISOString() }
    const rows = await run((transaction) => findActivity(transaction, { filter: within, below, limit: STEP }))
    // Fewer may also mean that they are long: only nothing is the end.
    return { rows, upTo: rows.at(-1)?.position ?? null }
  }
  return run(async (transaction) => {
    const places = await placesOf(transaction, range, { numbers, below, limit: STEP })
    if (places.length === 0) return { rows: [], upTo: null }
    const rows = await findAtPlaces(transaction, { filter, places })
    if (isFullPage(rows)) return { rows, upTo: rows.at(-1)!.position }
    return { rows, upTo: places.length < STEP ? null : places.at(-1)! }
  })
}

/** Of these rows, those that have all of the words. */
export const withWords = (rows: readonly ActivityRow[], words: ReadonlySet<string>): ActivityRow[] =>
  rows.filter((row) => {
    const parsed = activity.safeParse(row.activity)
    return parsed.success && hasWords(parsed.data, words)
  })

/** Where a row is found. */
export const positionOfRow = (row: ActivityRow): ActivityPosition => ({
  at: row.at,
  stream: row.id.slice(0, NIL.length),
  number: Number(row.id.slice(NIL.length + 1)),
})

/** Throws what {@link openActivity} throws. */
export const searchActivity = async (options: SearchOptions): Promise<Found> => {
  const { filter, limit, now, run } = options
  const oldest = await run(oldestTime)
  if (oldest === null) return { rows: [], next: null }
  const least = Math.max(oldest, filter.after === undefined ? 0 : Date.parse(filter.after))
  const rows: ActivityRow[] = []
  let { below } = options
  let until = Math.min(
    below === null ? now + AHEAD : Date.parse(below.at) + 1,
    filter.before === undefined ? Infinity : Date.parse(filter.before),
  )
  let length = FIRST_RANGE
  let characters = 0
  for (let opened = 0; until > least;) {
    const range = { from: Math.max(until - length, beginOfMonth(until - 1), least), until }
    const found = await candidates(options, range, below)
    opened += Math.max(found.rows.length, found.upTo === null ? 0 : STEP)
    const matched = withWords(await openActivity(found.rows, options), options.words)
    characters += JSON.stringify(matched).length
    rows.push(...matched)
    if (rows.length > limit) return { rows: rows.slice(0, limit), next: positionOfRow(rows[limit - 1]!) }
    if (found.upTo === null) {
      until = range.from
      length *= GROWTH
      // Below everything that is not older.
      below = { at: new Date(until).toISOString(), stream: NIL, number: 0 }
    } else below = found.upTo
    if ((opened >= MAX_OPENED || characters > ENOUGH) && until > least) return { rows, next: below }
  }
  return { rows, next: null }
}
