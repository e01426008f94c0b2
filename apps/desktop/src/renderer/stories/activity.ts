/** Records of activity as the API tells them. */
import type { RouteAnswer } from '../data/use-route.ts'
import { inMinutes } from './access-requests.ts'
import { ada, id } from './people.ts'

type ActivityRow = RouteAnswer<'listActivity'>['items'][number]

const row = (number: number, kind: string, activity: ActivityRow['activity']): ActivityRow => ({
  id: `${id(50)}-${number}`,
  at: inMinutes(-number * 1.7),
  kind,
  user: number % 3 === 0 ? id(1, 2) : ada.id,
  session: id(3),
  device: id(2),
  gateway: id(4),
  lease: id(51),
  connection: id(52, Math.floor(number / 9)),
  resource: id(21, (number % 3) + 1),
  credential: id(20, (number % 3) + 1),
  failed: kind === 'query' ? number % 11 === 7 : null,
  shortened: false,
  activity,
})

const STATEMENTS = [
  'select id, customer, total, currency, paid_at from orders where customer = $1 and paid_at >= $2 order by paid_at desc limit 50',
  'select count(*) from bookings b join orders o on o.id = b.order_id where o.number = $1',
  'update orders set state = $1 where id = $2 returning id',
  'show transaction_read_only',
  "select to_char(day, 'YYYY-MM') as month, sum(total) from sales left join (select code, name from regions where active) r on r.code = sales.region group by 1 order by 1",
]

interface Sketch {
  readonly number: number
  readonly statement?: string
  readonly binds?: readonly Readonly<Record<string, unknown>>[]
}

const value = (text: string): Readonly<Record<string, unknown>> => ({ form: 'text', value: { text } })

export const queryRow = ({ number, statement, binds }: Sketch): ActivityRow => {
  const failed = number % 11 === 7
  const made = row(number, 'query', null)
  return {
    ...made,
    activity: {
      kind: 'query',
      at: made.at,
      form: 'extended',
      statement: { text: statement ?? STATEMENTS[number % STATEMENTS.length] ?? '' },
      binds: (binds ?? [value('4711'), value('2026-11-01 00:00:00+00')]) as never,
      bindsOmitted: 0,
      durationMs: 0.4 + ((number * 37) % 900),
      rows: failed ? null : (number * 13) % 4000,
      error: failed ? { code: '42P01', message: 'relation "ordrs" does not exist' } : null,
    },
  }
}

const OTHERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'transfer': {
    kind: 'transfer',
    direction: 'out',
    statement: { text: 'copy orders to stdout' },
    bytes: 48_211_002,
    rows: 120_334,
    durationMs: 8421,
    error: null,
  },
  'cancel': { kind: 'cancel', matched: true },
  'connection.opened': {
    kind: 'connection.opened',
    caller: { program: '/usr/bin/dbeaver', user: 'ada', pid: 41_213 },
    upstreamId: '20117',
    user: 'shop_ro',
    database: 'shop',
    application: 'DBeaver 26.1 – Main',
  },
  'connection.closed': {
    kind: 'connection.closed',
    reason: 'client-ended',
    bytesUp: 40_120,
    bytesDown: 1_204_110,
    durationMs: 720_044,
  },
}

/** One record of the kind. */
export const activityRow = (kind: string, number: number): ActivityRow => {
  const other = OTHERS[kind]
  if (!other) return queryRow({ number })
  const made = row(number, kind, null)
  return { ...made, activity: { ...other, at: made.at } as ActivityRow['activity'] }
}

const kindAt = (number: number): string => {
  if (number % 19 === 2) return 'connection.opened'
  if (number % 19 === 18) return 'connection.closed'
  return number % 23 === 11 ? 'transfer' : number % 29 === 5 ? 'cancel' : 'query'
}

/** As many as asked for, newest first. */
export const manyActivities = (total: number): ActivityRow[] =>
  Array.from({ length: total }, (_, number) => activityRow(kindAt(number), number))
