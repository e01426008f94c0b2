/**
 * How long a page of activity takes where there are ten million rows: for each filter the first page and those behind it, asked of the
 * API by the agent, as the app does. Bodies are encrypted: each row of a page is opened, and words are looked up by their keyed numbers.
 */
import { randomUUID } from 'node:crypto'
import type { InputOf, RouteOf } from '@sallyport/protocol/api'
import { type Agent, Testbed } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { percentile } from '../percentile.ts'
import type { Metric } from '../measurements/measurement.ts'
import type { Series } from '../results/result.ts'
import { fillActivity, type PooledColumn, pooledId, pools } from './fill-activity.ts'

export interface SearchPace {
  /** Real queries, and how many copies of them there are then. */
  readonly queries: number
  readonly copies: number
  /** Values that each filter is tried with. */
  readonly values: number
}

const PATIENCE = 120_000
const BESIDE = 8
const PAGE = 100
const NEXT_PAGES = 3
/** Milliseconds after which no more values are tried for a filter. */
const LIMIT = 10_000
const VOCABULARY = 500
const DAY = 86_400_000

const wordOf = (number: number): string => `column${number}`
const drawWord = (): string => wordOf(Math.floor(Math.random() ** 3 * VOCABULARY))

/** Queries with three words each; one of them alone has a fourth. */
const runQueries = async (url: string, count: number): Promise<void> => {
  let left = count
  const runSome = async (): Promise<void> => {
    const tool = new pg.Client({ connectionString: url })
    await tool.connect()
    try {
      while (left > 0) {
        left -= 1
        const rare = left === 0 ? ' needle' : ''
        await tool.query(`select 1 /* ${drawWord()} ${drawWord()} ${drawWord()}${rare} */`)
      }
    } finally {
      await tool.end()
    }
  }
  await Promise.all(Array.from({ length: BESIDE }, runSome))
}

type Filter = Omit<InputOf<RouteOf<'listActivity'>>['query'], 'limit' | 'view'>
type MakeQuery = (round: number) => Promise<Filter>

/** From the one that is named most often to the one that is named least. */
const spread = (column: PooledColumn, round: number, { values }: SearchPace): number =>
  Math.floor((round * (pools[column] - 1)) / Math.max(1, values - 1))

interface Draw {
  readonly client: pg.Client
  readonly pace: SearchPace
  readonly now: Date
  readonly realIds: readonly string[]
}

const filtersOf = ({ client, pace, now, realIds }: Draw): Readonly<Record<string, MakeQuery>> => {
  const one = (column: PooledColumn) => (round: number) => pooledId(client, column, spread(column, round, pace))
  const user = one('user_id')
  const elapsed = now.getTime() - Date.UTC(now.getUTCFullYear(), now.getUTCMonth())
  const moment = (share: number): Date => new Date(now.getTime() - elapsed * share)
  const day = (round: number) => {
    const before = moment((round + 1) / (pace.values + 2))
    return { after: new Date(before.getTime() - DAY).toISOString(), before: before.toISOString() }
  }
  const dayAfter = (time: Date): string => new Date(time.getTime() + DAY).toISOString()
  const word = (round: number): string => wordOf(Math.floor((round * (VOCABULARY - 1)) / pace.values))
  const connection = async (round: number): Promise<string> => {
    const { rows } = await client.query<{ connection_id: string }>(
      `select connection_id from activity where at <= $1 order by at desc limit 1`,
      [moment(round / pace.values)],
    )
    return rows[0]!.connection_id
  }
  return {
    'none': async () => ({}),
    'period': async (round) => day(round),
    'user': async (round) => ({ user: await user(round) }),
    'resource': async (round) => ({ resource: await one('resource_id')(round) }),
    'credential': async (round) => ({ credential: await one('credential_id')(round) }),
    'gateway': async (round) => ({ gateway: await one('gateway_id')(round) }),
    'device': async (round) => ({ device: await one('device_id')(round) }),
    'session': async (round) => ({ session: await one('session_id')(round) }),
    'connection': async (round) => ({ connection: await connection(round) }),
    'kind': async (round) => ({ kind: ['query', 'transfer', 'cancel', 'connection.opened'][round % 4]! }),
    'failed': async () => ({ outcome: 'failed' }),
    'user-period': async (round) => ({ user: await user(round), ...day(round) }),
    'user-resource-failed': async (round) => ({
      user: await user(round),
      resource: await one('resource_id')(round),
      outcome: 'failed',
    }),
    'one': async (round) => ({ id: realIds[round % realIds.length]! }),
    'word': async (round) => ({ text: word(round) }),
    'word-rare': async () => ({ text: 'needle' }),
    'word-absent': async (round) => ({ text: `nowhere${round}` }),
    'words': async (round) => ({ text: `${word(round)} ${word(round + 1)}` }),
    'word-user': async (round) => ({ text: word(round), user: await user(round) }),
    'frequent-word-rare-user': async (round) => ({
      text: wordOf(0),
      user: await pooledId(client, 'user_id', pools.user_id - 1 - round),
    }),
    'rare-word-frequent-user': async (round) => ({ text: 'needle', user: await pooledId(client, 'user_id', round) }),
    'user-device': async (round) => ({ user: await user(round), device: await one('device_id')(round) }),
    'nobody-resource': async (round) => ({ user: randomUUID(), resource: await one('resource_id')(round) }),
    'word-nobody': async (round) => ({ text: word(round), user: randomUUID() }),
    'first-day': async (round) => ({ user: await user(round), after: moment(1).toISOString(), before: dayAfter(moment(1)) }),
    'before-all': async (round) => ({ user: await user(round), text: word(round), before: moment(1).toISOString() }),
  }
}

const countRows = async (client: pg.Client): Promise<number> => {
  const { rows } = await client.query<{ count: string }>(`select count(*) from activity where kind = 'query'`)
  return Number(rows[0]!.count)
}

interface Times {
  readonly first: number[]
  readonly next: number[]
}

const timed = async (agent: Agent, query: Filter): Promise<{ readonly next: string | null; readonly took: number }> => {
  const began = performance.now()
  const { next } = await agent.api('listActivity', { query: { limit: PAGE, view: 'short', ...query } })
  return { next, took: performance.now() - began }
}

const measureFilter = async (agent: Agent, make: MakeQuery, { values }: SearchPace): Promise<Times> => {
  const times: Times = { first: [], next: [] }
  const until = performance.now() + LIMIT
  for (let round = 0; round < values && (round === 0 || performance.now() < until); round++) {
    const query = await make(round)
    let page = await timed(agent, query)
    times.first.push(page.took)
    for (let pages = 0; pages < NEXT_PAGES && page.next !== null; pages++) {
      page = await timed(agent, { ...query, cursor: page.next })
      times.next.push(page.took)
    }
  }
  return times
}

const seriesOf = (filter: string, { first, next }: Times): Series[] =>
  [50, 95].map((percent) => {
    const name = `search-${filter}-p${percent}`
    const metric: Metric = { name, title: `A page of ${PAGE} by ${filter}, ${percent} % are faster`, unit: 'ms', better: 'lower' }
    const pages = [['first-page', first] as const, ['next-page', next] as const].filter(([, times]) => times.length > 0)
    return { metric, values: new Map(pages.map(([subject, times]) => [subject, [percentile(times, percent)]])) }
  })

export const measureSearch = async (pace: SearchPace, progress: (text: string) => void): Promise<Series[]> => {
  const testbed = await Testbed.start({ database: 'central' })
  const connect = async (): Promise<pg.Client> => {
    const made = new pg.Client({ connectionString: testbed.central.database!.url('superuser') })
    await made.connect()
    return made
  }
  const client = await connect()
  try {
    const { agent } = testbed.owner
    await runQueries(await agent.url('shop-db/read-only'), pace.queries)
    await waitFor(async () => (await countRows(client)) >= pace.queries, { description: 'the records', timeoutMs: PATIENCE })
    const now = new Date()
    const began = performance.now()
    const elapsed = (): string => ((performance.now() - began) / 1000).toFixed(0)
    const say = (text: string): void => progress(`${text} (${elapsed()} s)`)
    const filled = await fillActivity({ connect, copies: pace.copies, now, progress: say })
    const sizes = [filled.bytes, filled.wordBytes].map((bytes) => (bytes / 1e9).toFixed(2))
    say(`${filled.rows} rows of ${sizes[0]} GB, ${filled.words} of words of ${sizes[1]} GB, with their indexes`)
    const series: Series[] = []
    // What no page after it pays again: connections, the key of the month, what the filling has put out of memory.
    await timed(agent, {})
    for (const [name, make] of Object.entries(filtersOf({ client, pace, now, realIds: filled.realIds }))) {
      progress(name)
      series.push(...seriesOf(name, await measureFilter(agent, make, pace)))
    }
    return series
  } finally {
    await client.end()
    await testbed.stop()
  }
}
