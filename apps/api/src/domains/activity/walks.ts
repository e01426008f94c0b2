/**
 * Ways to walk through activity from the newest on, each along one index: rows that one index finds, or places of one word. Where
 * several could be taken, {@link reachOf} tells how far back each comes with so many steps: the one that comes furthest has the least
 * to look through. Nothing here reads more than it is told, however many rows there are.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { HOUR } from './insert.ts'
import { type ActivityFilter, type ActivityPosition, conditionsOf, type FilterName, isBelow } from './list.ts'

export type Walk =
  /** Rows for which these hold, by one index; all rows when there are none. */
  | { readonly by: 'rows'; readonly names: readonly FilterName[] }
  /** `number`: of the word, see `words.ts`. */
  | { readonly by: 'word'; readonly number: string }

/** Milliseconds since 1970; `until` is not included. */
export interface Range {
  readonly from: number
  readonly until: number
}

/** What indexes begin with, in front of the time. */
const indexed: readonly (readonly FilterName[])[] = [
  ['user', 'resource'],
  ['user', 'failed'],
  ['resource', 'failed'],
  ['user'],
  ['resource'],
  ['credential'],
  ['gateway'],
  ['device'],
  ['session'],
  ['connection'],
  ['kind'],
  ['failed'],
]

/** Nearly all rows are queries, which are in no index of their own. */
const COMMON_KIND = 'query'

/** Not empty. An index of two things stands for those of each. */
export const rowWalks = (filter: ActivityFilter): readonly (Walk & { readonly by: 'rows' })[] => {
  const given = new Set(conditionsOf(filter).keys())
  if (filter.kind === COMMON_KIND) given.delete('kind')
  const usable = indexed.filter((names) => names.every((name) => given.has(name)))
  const isContained = (names: readonly FilterName[]): boolean =>
    usable.some((other) => other.length > names.length && names.every((name) => other.includes(name)))
  const walks = usable.filter((names) => !isContained(names)).map((names) => ({ by: 'rows', names }) as const)
  return walks.length === 0 ? [{ by: 'rows', names: [] }] : walks
}

/** Whether one index finds exactly the rows of the filter. */
export const isServedByOneIndex = (filter: ActivityFilter): boolean => {
  if (filter.id !== undefined) return true
  const [first, ...others] = rowWalks(filter)
  return others.length === 0 && first!.names.length === conditionsOf(filter).size
}

const all = (conditions: Iterable<RawBuilder<boolean>>): RawBuilder<boolean> =>
  sql<boolean>`(${sql.join([sql`true`, ...conditions], sql` and `)})`

const conditionsOfWalk = (filter: ActivityFilter, names: readonly FilterName[]): RawBuilder<boolean> => {
  const conditions = conditionsOf(filter)
  return all(names.map((name) => conditions.get(name)!))
}

const within = ({ from, until }: Range): RawBuilder<boolean> =>
  sql<boolean>`(at >= ${new Date(from)}::timestamptz and at < ${new Date(until)}::timestamptz)`

interface ReachOptions {
  readonly filter: ActivityFilter
  readonly range: Range
  readonly steps: number
}

/** The time at which so many steps end; null when fewer lead through the whole range. */
export const reachOf = async (transaction: Transaction, walk: Walk, options: ReachOptions): Promise<number | null> => {
  const { filter, range, steps } = options
  const found =
    walk.by === 'rows'
      ? sql<{ readonly at: Date }>`
          select at from activity where ${conditionsOfWalk(filter, walk.names)} and ${within(range)}
          order by at desc offset ${steps - 1} limit 1`
      : sql<{ readonly at: Date }>`
          select latest as at from (
            select latest, sum(cardinality(numbers)) over (order by latest desc rows unbounded preceding) as places
            from (select latest, numbers from activity_words
              where word = ${walk.number}::bigint and latest >= ${new Date(range.from)} and latest < ${new Date(range.until)}
              order by latest desc limit ${steps}) as newest
          ) as counted
          where places >= ${steps} order by latest desc limit 1`
  const { rows } = await found.execute(transaction)
  return rows[0]?.at.getTime() ?? null
}

interface Places {
  /** Newest first. */
  readonly places: readonly ActivityPosition[]
  /** Everything in the range above this was looked at; null when the whole range was. */
  readonly upTo: ActivityPosition | null
}

interface Placed {
  readonly at: Date
  readonly stream: string
  readonly number: string
}

const positionOf = ({ at, stream, number }: Placed): ActivityPosition => ({
  at: at.toISOString(),
  stream,
  number: Number(number),
})

interface WalkOptions extends ReachOptions {
  readonly below: ActivityPosition | null
}

/** Columns that a filter may look at. */
const judged = sql`kind, user_id, session_id, device_id, gateway_id, connection_id, resource_id, credential_id, failed`

/** Places of rows that the filter lets through, among as many as there are steps. */
export const placesOfRows = async (
  transaction: Transaction,
  { names }: Walk & { readonly by: 'rows' },
  options: WalkOptions,
): Promise<Places> => {
  const { filter, range, steps, below } = options
  const others = [...conditionsOf(filter)].filter(([name]) => !names.includes(name)).map(([, condition]) => condition)
  const order = sql`at desc, stream desc, number desc`
  // The limit within keeps PostgreSQL to the walk: it may not choose an index for the other conditions.
  const { rows } = await sql<Placed & { readonly fits: boolean; readonly last: boolean }>`
    select at, stream, number, fits, last from (
      select at, stream, number, coalesce(${all(others)}, false) as fits, row_number() over (order by ${order}) = ${steps} as last
      from (
        select at, stream, number, ${judged}
        from activity where ${conditionsOfWalk(filter, names)} and ${within(range)} and ${below === null ? sql`true` : isBelow(below)}
        order by ${order} limit ${steps}
      ) as walked
    ) as judged
    where fits or last order by ${order}`.execute(transaction)
  const end = rows.at(-1)
  return {
    places: rows.filter(({ fits }) => fits).map(positionOf),
    upTo: end?.last === true ? positionOf(end) : null,
  }
}

/** Where a tail stands: after everything received until then, or after this row of it. `received`: RFC 3339. */
export interface ActivityTail {
  readonly received: string
  readonly stream?: string | undefined
  readonly number?: number | undefined
}

const isAfter = ({ received, stream, number }: ActivityTail): RawBuilder<boolean> =>
  stream === undefined || number === undefined
    ? sql<boolean>`received_at > ${received}::timestamptz`
    : sql<boolean>`(received_at, stream, number) > (${received}::timestamptz, ${stream}::uuid, ${number}::bigint)`

/** Places of rows that the filter lets through, `limit` at most, in the order in which they came, among as many as there are steps. */
export const placesReceived = async (
  transaction: Transaction,
  options: {
    readonly filter: ActivityFilter
    readonly since: ActivityTail
    readonly limit: number
    readonly steps: number
  },
): Promise<{ readonly places: readonly ActivityPosition[]; readonly upTo: ActivityTail | null }> => {
  const { filter, since, limit, steps } = options
  const { after, before } = filter
  const times = [
    ...(after === undefined ? [] : [sql<boolean>`at >= ${after}::timestamptz`]),
    ...(before === undefined ? [] : [sql<boolean>`at < ${before}::timestamptz`]),
  ]
  const order = sql`received_at, stream, number`
  // As for rows above: the limit within keeps PostgreSQL to the walk.
  const { rows } = await sql<Placed & { readonly received_at: Date; readonly fits: boolean; readonly last: boolean }>`
    select at, stream, number, received_at, fits, last from (
      select at, stream, number, received_at, coalesce(${all([...conditionsOf(filter).values(), ...times])}, false) as fits,
        row_number() over (order by ${order}) = ${steps} as last
      from (
        select at, stream, number, received_at, ${judged} from activity where ${isAfter(since)} order by ${order} limit ${steps}
      ) as walked
    ) as judged
    where fits or last order by ${order} limit ${limit}`.execute(transaction)
  const end = rows.at(-1)
  const isOver = end === undefined || (!end.last && rows.length < limit)
  return {
    places: rows.filter(({ fits }) => fits).map(positionOf),
    upTo: isOver ? null : { received: end.received_at.toISOString(), stream: end.stream, number: Number(end.number) },
  }
}

/** All places of the range that have all of these words, newest first. */
export const placesOfWords = async (
  transaction: Transaction,
  numbers: readonly string[],
  { range: { from, until }, below }: { readonly range: Range; readonly below: ActivityPosition | null },
): Promise<ActivityPosition[]> => {
  const withWord = (number: string) => sql`
    select unnest(ats) as at, stream, unnest(numbers) as number from activity_words
    where word = ${number}::bigint and latest >= ${new Date(from)} and latest < ${new Date(until + HOUR)}`
  const { rows } = await sql<Placed>`
    select at, stream, number from (${sql.join(numbers.map(withWord), sql` intersect `)}) as places
    where ${within({ from, until })} and ${below === null ? sql`true` : isBelow(below)}
    order by at desc, stream desc, number desc`.execute(transaction)
  return rows.map(positionOf)
}
