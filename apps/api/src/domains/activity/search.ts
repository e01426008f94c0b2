/**
 * Finds rows by words and filters, newest first. What one index serves is read from it. Everything else is a walk along the index that
 * has the least to look through, in steps that grow while too little is found; then rows are opened and compared, because the index
 * of words knows numbers only. One call takes so many steps at most, however many rows there are: its cursor goes on from there.
 */
import { activity } from '@sallyport/recording'
import type { Transaction } from '../../db/schema.ts'
import { type ActivityKeys, periodOf } from './keys.ts'
import {
  type ActivityFilter,
  type ActivityPosition,
  type ActivityRow,
  findActivity,
  findAtPlaces,
  isFullPage,
  openActivity,
} from './list.ts'
import { isServedByOneIndex, placesOfRows, placesOfWords, type Range, reachOf, rowWalks, type Walk } from './walks.ts'
import { hasWords, wordNumbers } from './words.ts'

export interface SearchOptions {
  readonly organization: string
  readonly keys: ActivityKeys
  readonly filter: ActivityFilter
  /** All of which must occur; empty: any. */
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

/** Steps of the first walk for each row of the page; it tells how many more it takes. */
const FIRST_STEPS = 2
/** Steps of one walk after it. */
const LEAST_STEPS = 500
const MOST_STEPS = 4000
/** Of a walk behind one that found nothing. */
const GROWTH = 4
/** What is found is not spread evenly. */
const MARGIN = 1.2
/** What one call does at most, and one walk more: steps, and rows that are opened. */
const ENOUGH_STEPS = 8000
const ENOUGH_OPENED = 2000
/** A walk costs as much as so many steps, whatever it finds. */
const COST_OF_WALK = 100
/** To open a row costs as much as so many steps. */
const COST_OF_OPENING = 4
/** A word is looked up for places of a rarer one if it leads through an eighth of the same time with as many steps. */
const LEAST_SHARE = 1 / 8
/** Places whose rows are read at a time. */
const TOGETHER = 250
/** Characters of what was found after which no more is looked for. */
const ENOUGH = 512 * 1024
/** Gateways' clocks may be ahead. */
const AHEAD = 120_000
const NIL = '00000000-0000-0000-0000-000000000000'

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

/** Below everything that is not older. */
const beforeTime = (time: number): ActivityPosition => ({ at: new Date(time).toISOString(), stream: NIL, number: 0 })

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

const isSame = (one: ActivityPosition, other: ActivityPosition): boolean =>
  one.at === other.at && one.stream === other.stream && one.number === other.number

interface Candidates {
  /** Places, newest first, of which the rows may be wanted. */
  readonly places: readonly ActivityPosition[]
  /** Everything in the range above this is in `places`; null when the whole range is. */
  readonly upTo: ActivityPosition | null
}

interface Step {
  readonly range: Range
  readonly below: ActivityPosition | null
  readonly steps: number
  /** Of the words, those that are in the index. */
  readonly numbers: readonly string[]
}

interface Reaching {
  readonly walk: Walk
  /** Milliseconds since 1970; at the beginning of the range when the whole range is within reach. */
  readonly reach: number
}

const stepsOf = ({ words }: SearchOptions, walk: Walk, steps: number): number =>
  walk.by === 'rows' && words.size > 0 ? Math.ceil(steps / COST_OF_OPENING) : steps

/** Those that come furthest first. */
const reachesOf = async (
  transaction: Transaction,
  options: SearchOptions,
  { range, steps, numbers }: Step,
): Promise<Reaching[]> => {
  const { filter } = options
  const rows = rowWalks(filter).filter(({ names }) => names.length > 0 || numbers.length === 0)
  const walks: Walk[] = [...numbers.map((number) => ({ by: 'word', number }) as const), ...rows]
  if (walks.length === 1 && walks[0]!.by === 'rows') return [{ walk: walks[0]!, reach: range.from }]
  const found: Reaching[] = []
  for (const walk of walks) {
    const reach = await reachOf(transaction, walk, { filter, range, steps: stepsOf(options, walk, steps) })
    found.push({ walk, reach: reach ?? range.from })
    // Nothing comes further.
    if (reach === null) break
  }
  return found.toSorted((one, other) => one.reach - other.reach)
}

const candidates = async (transaction: Transaction, options: SearchOptions, step: Step): Promise<Candidates> => {
  const { range, below, steps } = step
  const reaches = await reachesOf(transaction, options, step)
  const { walk, reach } = reaches[0]!
  if (walk.by === 'rows') {
    return placesOfRows(transaction, walk, { filter: options.filter, range, steps: stepsOf(options, walk, steps), below })
  }
  const least = range.until - (range.until - reach) * LEAST_SHARE
  const together = reaches.filter((other) => other.walk.by === 'word' && other.reach <= least)
  const from = Math.max(reach, ...together.map((other) => other.reach))
  const numbers = together.flatMap((other) => (other.walk.by === 'word' ? [other.walk.number] : []))
  const places = await placesOfWords(transaction, numbers, { range: { from, until: range.until }, below })
  return { places, upTo: from > range.from ? beforeTime(from) : null }
}

/** One call: what it found, and how much it may still do. */
class Search {
  readonly rows: ActivityRow[] = []
  #steps = 0
  #opened = 0
  #characters = 0
  readonly #options: SearchOptions

  constructor(options: SearchOptions) {
    this.#options = options
  }

  get isOver(): boolean {
    return this.#steps >= ENOUGH_STEPS || this.#opened >= ENOUGH_OPENED || this.#characters > ENOUGH
  }

  get isFull(): boolean {
    return this.rows.length > this.#options.limit
  }

  walked(steps: number): void {
    this.#steps += COST_OF_WALK + steps
  }

  /** As many as fill the page if as much is found as until now. */
  nextSteps(before: number): number {
    const found = this.rows.length
    const wanted = found === 0 ? before * GROWTH : (this.#steps / found) * (this.#options.limit + 1 - found) * MARGIN
    return Math.ceil(Math.min(Math.max(wanted, LEAST_STEPS), MOST_STEPS))
  }

  /** Reads and opens the rows of these places until the page is full or enough was done. Returns the place of the last; null: all were. */
  async take(places: readonly ActivityPosition[]): Promise<ActivityPosition | null> {
    const { filter, words, limit, run } = this.#options
    for (let taken = 0; taken < places.length;) {
      // Without words every place is one that is wanted.
      const count = words.size === 0 ? Math.min(limit + 1 - this.rows.length, TOGETHER) : TOGETHER
      const some = places.slice(taken, taken + count)
      const found = await run((transaction) => findAtPlaces(transaction, { filter, places: some, order: 'newest' }))
      const last = isFullPage(found) ? some.findIndex((place) => isSame(place, found.at(-1)!.position)) : some.length - 1
      const opened = await openActivity(found, this.#options)
      const matched = words.size === 0 ? opened : withWords(opened, words)
      this.rows.push(...matched)
      this.#opened += found.length
      this.#characters += JSON.stringify(matched).length
      taken += last + 1
      if (taken < places.length && (this.isFull || this.isOver)) return places[taken - 1]!
    }
    return null
  }
}

/** Rows that one index gives. */
const searchIndex = async (options: SearchOptions): Promise<Found> => {
  const { filter, below, limit, run } = options
  const found = await run((transaction) => findActivity(transaction, { filter, below, limit: limit + 1 }))
  const items = found.slice(0, limit)
  const isMore = found.length > limit || isFullPage(found)
  return { rows: await openActivity(items, options), next: isMore ? (items.at(-1)?.position ?? null) : null }
}

/** Throws what {@link openActivity} throws. */
export const searchActivity = async (options: SearchOptions): Promise<Found> => {
  const { organization, keys, filter, words, limit, now, run } = options
  if (words.size === 0 && isServedByOneIndex(filter)) return searchIndex(options)
  const oldest = await run(oldestTime)
  if (oldest === null) return { rows: [], next: null }
  const least = Math.max(oldest, filter.after === undefined ? 0 : Date.parse(filter.after))
  const search = new Search(options)
  let { below } = options
  let until = Math.min(
    below === null ? now + AHEAD : Date.parse(below.at) + 1,
    filter.before === undefined ? Infinity : Date.parse(filter.before),
  )
  for (let steps = FIRST_STEPS * limit; until > least;) {
    // A month has a key of its own, and so have its words.
    const from = Math.max(words.size === 0 ? least : beginOfMonth(until - 1), least)
    const key = words.size === 0 ? null : await keys.forReading(organization, periodOf(new Date(from)))
    const numbers = key === null ? [] : wordNumbers(key.key, words)
    const found =
      key === null && words.size > 0
        ? { places: [], upTo: null }
        : await run((transaction) => candidates(transaction, options, { range: { from, until }, below, steps, numbers }))
    search.walked(found.upTo === null ? found.places.length : steps)
    const last = await search.take(found.places)
    if (search.isFull) {
      const rows = search.rows.slice(0, limit)
      return { rows, next: positionOfRow(rows.at(-1)!) }
    }
    below = last ?? found.upTo ?? beforeTime(from)
    until = last === null && found.upTo === null ? from : Date.parse(below.at) + 1
    steps = search.nextSteps(steps)
    if (search.isOver && until > least) return { rows: search.rows, next: below }
  }
  return { rows: search.rows, next: null }
}
