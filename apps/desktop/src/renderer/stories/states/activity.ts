import { SallyportError } from '@sallyport/protocol/errors'
import type { RouteAnswer } from '../../data/use-route.ts'
import { colleagues } from '../access-requests.ts'
import { storyProof } from '../audit.ts'
import { activityRow, manyActivities, queryRow } from '../activity.ts'
import { type Answers, methods, routes, waits } from '../answers.ts'
import { someCredentials } from '../credentials.ts'
import { asUser, id } from '../people.ts'
import type { Story } from '../story.ts'

type Rows = RouteAnswer<'listActivity'>['items']

const page = (items: Rows) => ({ items, next: null, tail: 'tail' })

const frame: Answers = {
  ...methods({ credentials: { items: [...someCredentials] } }),
  ...routes({ listApprovals: { items: [], next: null }, listReviews: { items: [], next: null } }),
}
const mine = (items: Rows): Answers => ({ ...asUser(), ...frame, ...routes({ listMyActivity: page(items) }) })
const all = (items: Rows): Answers => ({
  ...asUser('activity.read', 'users.read'),
  ...frame,
  ...routes({ listMyActivity: page(items), listActivity: page(items), listUsers: { items: [...colleagues], next: null } }),
})

const some = manyActivities(60)
const others = some.filter((_, number) => number !== 3)

const wide = queryRow({
  number: 3,
  statement:
    "with recent as (select customer, max(paid_at) as last_paid from orders where paid_at >= $1 and state in ('paid', 'shipped') group by customer) " +
    'select c.id, c.name, c.email, r.last_paid from customers c join recent r on r.customer = c.id where c.region = $2 and c.password_hash <> $3 order by r.last_paid desc limit 100',
  binds: [
    { form: 'text', value: { text: '2026-11-01 00:00:00+00' } },
    { form: 'null' },
    { form: 'redacted' },
    { form: 'binary', value: { text: 'AAECAwQFBgcICQ==', clipped: { length: 90_000, sha256: 'x'.repeat(43) } } },
  ],
})
const long = {
  ...wide,
  shortened: false,
  activity: {
    ...(wide.activity as object),
    statement: {
      text: `${'select '.padEnd(900, 'very_long_column_name, ')}1`,
      clipped: { length: 912_004, sha256: 'pR9xLrZ0c2d2h3YhKXb1e1h1d0k3aV9rT0h4VjJxRmc' },
    },
  } as never,
}

const rowId = (number: number): string => `/activity/${id(50)}-${number}`

const story = (state: string, answers: Answers, more: Partial<Story> = {}): Story => ({
  name: `activity/${state}`,
  at: '/activity',
  answers,
  ...more,
})

export const activityStories: readonly Story[] = [
  story('mine', mine(some)),
  story('everybody', all(some), { steps: [{ click: { role: 'radio', name: 'Everybody’s' } }] }),
  story('of-somebody', all(some), { at: `/activity/of/${id(1, 2)}/${id(20, 1)}` }),
  story('query', mine([wide, ...others]), { at: rowId(3) }),
  story('query-failed', mine(some), { at: rowId(7) }),
  story('transfer', mine([activityRow('transfer', 0), ...some.slice(1)]), { at: rowId(0) }),
  story('connection-opened', mine(some), { at: rowId(2) }),
  story(
    'unknown-kind',
    mine([
      { ...queryRow({ number: 0 }), kind: 'file.opened', activity: { kind: 'file.opened', path: '/etc/motd' } },
      ...some.slice(1),
    ]),
    { at: rowId(0) },
  ),
  story(
    'proof',
    {
      ...all(some),
      ...routes({
        proveActivity: {
          index: 88_212,
          leaf: 'pR9xLrZ0c2d2h3YhKXb1e1h1d0k3aV9rT0h4VjJxRmc',
          entry: '{}',
          proof: storyProof,
          lines: '',
        },
      }),
    },
    {
      steps: [
        { click: { role: 'radio', name: 'Everybody’s' } },
        // Its first row.
        { click: { role: 'row', name: /^14:05:00/ } },
        { click: { role: 'button', name: 'Show the proof that the log holds it' } },
      ],
    },
  ),
  story('export-dialog', all(some), { steps: [{ click: { role: 'button', name: 'Export…' } }] }),
  story('empty', mine([])),
  story('filtered-to-nothing', all([]), { at: `/activity/of/${id(1, 2)}/${id(20, 1)}` }),
  story('loading', { ...asUser(), ...frame, ...routes({ listMyActivity: waits }) }),
  story('error', { ...asUser(), ...frame, ...routes({ listMyActivity: new SallyportError('session_expired') }) }),
  story('long', mine([long, ...others]), { at: rowId(3) }),
  // Made only where it is shown.
  story('huge', { ...mine([]), ...routes({ listMyActivity: () => page(manyActivities(100_000)) }) }),
]
