import { builtInRoles } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol/errors'
import type { AccessDecisionItem } from '@sallyport/protocol/api'
import { accessRequest, approvalOf, barbara, decisionItem, grace, inMinutes, linus } from '../access-requests.ts'
import { type Answers, routes, waits } from '../answers.ts'
import { asAdministrator, asUser, id } from '../people.ts'
import type { Story } from '../story.ts'

interface Lists {
  readonly waiting?: readonly AccessDecisionItem[]
  readonly reviews?: readonly AccessDecisionItem[]
  readonly reviewed?: readonly AccessDecisionItem[]
  readonly decided?: readonly AccessDecisionItem[]
}

const lists = ({ waiting = [], reviews = [], reviewed = [], decided = [] }: Lists): Answers =>
  routes({
    listApprovals: ({ input }) => ({ items: [...(input.query?.decided === 'yes' ? decided : waiting)], next: null }),
    listReviews: ({ input }) => ({ items: [...(input.query?.decided === 'yes' ? reviewed : reviews)], next: null }),
    listAccessRequests: { items: [...waiting, ...decided].map(({ request }) => request), next: null },
    listUsers: { items: [], next: null },
  })

const waiting: readonly AccessDecisionItem[] = [
  decisionItem(accessRequest({ number: 1, requester: grace, createdMinutesAgo: 6 })),
  decisionItem(
    accessRequest({
      number: 2,
      requester: linus,
      credential: 'shop/superuser',
      reason: 'The index on orders must be built anew; checkout times out since 13:50.',
      duration: 4 * 3600,
      needed: 2,
      votes: [approvalOf(barbara, 'I am in the call with him.')],
      createdMinutesAgo: 14,
    }),
    { lastUse: null },
  ),
  decisionItem(
    accessRequest({
      number: 3,
      requester: barbara,
      kind: 'extension',
      credential: 'stock/read-write',
      reason: 'Not done yet.',
      duration: 1800,
    }),
    { ownVote: 'approve' },
  ),
  decisionItem(accessRequest({ number: 4, requester: grace, credential: 'billing/read-write', reason: '' }), {
    refusal: { code: 'outside_window', message: 'Approvals of this rule count from Monday to Friday, 08:00 to 18:00.' },
  }),
]

const reviews: readonly AccessDecisionItem[] = [
  decisionItem(
    accessRequest({
      number: 5,
      state: 'review-pending',
      kind: 'emergency',
      requester: grace,
      credential: 'shop/superuser',
      reason: 'Checkout is down, orders are lost every minute.',
    }),
    { use: { startsAt: inMinutes(-200), endsAt: inMinutes(-140), statements: 7, lastActivityAt: inMinutes(-150) } },
  ),
]
const reviewed = [
  decisionItem(accessRequest({ number: 6, state: 'reviewed', kind: 'emergency', requester: linus, credential: 'ledger/owner' })),
]
const decided = [
  decisionItem(
    accessRequest({ number: 7, state: 'ended', requester: grace, votes: [approvalOf(linus)], createdMinutesAgo: 3000 }),
    { ownVote: 'approve' },
  ),
  decisionItem(
    accessRequest({ number: 8, state: 'refused', requester: barbara, createdMinutesAgo: 5000, note: 'Use the replica.' }),
    { ownVote: 'refuse' },
  ),
]

const day: Answers = { ...asUser('activity.read'), ...lists({ waiting, reviews, reviewed, decided }) }

const long = decisionItem(
  accessRequest({
    number: 9,
    requester: { ...grace, firstName: 'Gracia Maria Anastasia Wilhelmina', lastName: 'Hopper-Featherstonehaugh de la Fuente' },
    credential: 'a-very-long-name-that-somebody-imported-from-another-system/an-account-with-a-rather-long-name-too',
    reason: 'We must find out why the nightly export has doubled every amount since the last release. '.repeat(9),
  }),
  {
    target: {
      host: `a-host-with-a-name-${'of-many-parts-'.repeat(6)}.internal.acme.example`,
      port: 5432,
      userName: 'an_account_with_a_rather_long_name',
      databases: Array.from({ length: 24 }, (_, number) => `database_${number}`),
      site: 'A site with a long name in a far-away place',
    },
  },
)

const story = (state: string, answers: Answers, more: Partial<Story> = {}): Story => ({
  name: `approvals/${state}`,
  at: '/approvals',
  answers,
  ...more,
})

export const approvalsStories: readonly Story[] = [
  story('waiting', day),
  story('decide', day, { at: `/approvals/${id(30, 1)}` }),
  story('second-approver', day, { at: `/approvals/${id(30, 2)}` }),
  story('already-approved', day, { at: `/approvals/${id(30, 3)}` }),
  story('not-now', day, { at: `/approvals/${id(30, 4)}` }),
  story('refuse-dialog', day, { at: `/approvals/${id(30, 1)}`, steps: [{ click: { role: 'button', name: 'Refuse…' } }] }),
  story('reviews', day, { at: '/approvals/reviews' }),
  story('review', day, { at: `/approvals/reviews/${id(30, 5)}` }),
  story('decided', day, { at: '/approvals/decided' }),
  story('all-as-auditor', { ...asUser(...builtInRoles.auditor), ...lists({ waiting, decided }) }, { at: '/approvals/all' }),
  story(
    'all-as-administrator',
    {
      ...asAdministrator,
      ...lists({ waiting, decided }),
      ...routes({ getAccessRequest: decisionItem(accessRequest({ number: 1, requester: grace })) }),
    },
    { at: `/approvals/all/${id(30, 1)}` },
  ),
  story('empty', { ...asUser(), ...lists({}) }),
  story('no-reviews', { ...asUser(), ...lists({}) }, { at: '/approvals/reviews' }),
  story('loading', { ...asUser(), ...routes({ listApprovals: waits }) }),
  story('error', { ...asUser(), ...routes({ listApprovals: new SallyportError('session_expired') }) }),
  story('long', { ...asUser(), ...lists({ waiting: [long, ...waiting] }) }, { at: `/approvals/${id(30, 9)}` }),
  story('huge', {
    ...asUser(),
    ...lists({
      waiting: Array.from({ length: 2000 }, (_, number) =>
        decisionItem(accessRequest({ number: number + 20, requester: grace, createdMinutesAgo: 480 - (number % 470) })),
      ),
    }),
  }),
]
