import { type AccessRule, builtInRoles } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol/errors'
import { accessRule, colleagues } from '../access-requests.ts'
import { type Answers, routes, waits } from '../answers.ts'
import { asAdministrator, asUser, id } from '../people.ts'
import type { Story } from '../story.ts'

const people: Answers = routes({
  listApprovals: { items: [], next: null },
  listReviews: { items: [], next: null },
  listUsers: { items: [...colleagues], next: null },
  listRoles: {
    items: ['Backend', 'Leads'].map((name, at) => ({
      id: id(5, at + 1),
      name,
      description: '',
      builtIn: false,
      permissions: [],
      users: [],
      credentials: [],
    })),
    next: null,
  },
})

const some: readonly AccessRule[] = [
  accessRule(1),
  accessRule(2, {
    name: 'Superuser, two people',
    selects: { everything: false, credentials: [id(20, 2), id(20, 9)], resources: [id(21, 4)], tags: [] },
    approvals: 2,
    maxDuration: 3600,
  }),
  accessRule(3, {
    name: 'Everything else',
    selects: { everything: true, credentials: [], resources: [], tags: [] },
    enabled: false,
    approvals: 0,
    emergency: null,
    escalation: null,
    windows: [],
  }),
]

const withRules = (items: readonly AccessRule[], shown: AccessRule = accessRule(1)): Answers => ({
  ...people,
  ...routes({ listAccessRules: { items: [...items], next: null }, getAccessRule: shown }),
})

const story = (state: string, answers: Answers, more: Partial<Story> = {}): Story => ({
  name: `rules/${state}`,
  at: '/approvals/rules',
  answers: { ...asAdministrator, ...answers },
  ...more,
})

const LONG = 'A rule with a name that goes on and on, because somebody wrote the whole policy of the department into it'

export const rulesStories: readonly Story[] = [
  story('list', withRules(some)),
  story('edit', withRules(some), { at: `/approvals/rules/${id(32)}` }),
  story('delete-dialog', withRules(some), {
    at: `/approvals/rules/${id(32)}`,
    steps: [{ click: { role: 'button', name: 'Delete…' } }],
  }),
  story('new', withRules(some), { at: '/approvals/rules/new' }),
  story('new-fault', withRules(some), {
    at: '/approvals/rules/new',
    steps: [{ click: { role: 'button', name: 'Add rule' } }],
  }),
  story('as-auditor', { ...asUser(...builtInRoles.auditor), ...withRules(some) }, { at: `/approvals/rules/${id(32)}` }),
  story('empty', withRules([])),
  story('loading', { ...people, ...routes({ listAccessRules: waits }) }),
  story('error', { ...people, ...routes({ listAccessRules: new SallyportError('forbidden') }) }),
  story(
    'long',
    withRules([
      accessRule(1, {
        name: LONG,
        selects: { everything: false, credentials: [], resources: [], tags: Array.from({ length: 40 }, (_, at) => `tag-${at}`) },
      }),
    ]),
  ),
  story('huge', withRules(Array.from({ length: 1000 }, (_, at) => accessRule(at + 1, { name: `Rule ${at + 1}` })))),
]
