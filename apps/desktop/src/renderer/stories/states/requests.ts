import { SallyportError } from '@sallyport/protocol/errors'
import type { AccessRequest, RequestableCredential } from '@sallyport/protocol/api'
import { accessRequest, approvalOf, barbara, inMinutes, linus, requestable } from '../access-requests.ts'
import { type Answers, routes, waits } from '../answers.ts'
import { asUser, id } from '../people.ts'
import type { Story } from '../story.ts'

const pages = (mine: readonly AccessRequest[], askable: readonly RequestableCredential[] = []): Answers => ({
  ...asUser(),
  ...routes({
    listMyAccessRequests: { items: [...mine], next: null },
    listRequestableCredentials: { items: [...askable], next: null },
    listApprovals: { items: [], next: null },
    listReviews: { items: [], next: null },
    explainMyAccess: {
      allowed: false,
      reasons: [
        { rule: 'user-active', holds: true, text: 'The account is active.' },
        { rule: 'session-standing', holds: true, text: 'The session is active.' },
        { rule: 'granted', holds: false, text: 'Neither a role nor access for a time gives it.' },
        { rule: 'secret-bound', holds: true, text: 'The secret is bound to the present address.' },
      ],
    },
  }),
})

const refusal = { ...approvalOf(barbara, 'Use the replica: it has the same bookings.'), vote: 'refuse' as const }

const some: readonly AccessRequest[] = [
  accessRequest({
    number: 1,
    state: 'active',
    credential: 'ledger/read-only',
    minutesLeft: 12,
    extensible: true,
    votes: [approvalOf(linus)],
  }),
  accessRequest({ number: 2, credential: 'shop/superuser', needed: 2, votes: [approvalOf(linus, 'Fine by me.')] }),
  accessRequest({
    number: 3,
    state: 'approved',
    credential: 'billing/read-write',
    reason: 'Month’s end: correct the three wrong invoices.',
  }),
  accessRequest({ number: 4, state: 'refused', credential: 'payroll/read-only', votes: [refusal], note: refusal.note }),
  accessRequest({
    number: 5,
    state: 'review-pending',
    kind: 'emergency',
    credential: 'shop/superuser',
    reason: 'Checkout is down, orders are lost every minute.',
  }),
  accessRequest({
    number: 6,
    state: 'ended',
    credential: 'stock/read-write',
    votes: [approvalOf(barbara)],
    createdMinutesAgo: 60 * 24 * 3,
  }),
  accessRequest({ number: 7, state: 'ended', kind: 'extension', credential: 'stock/read-write', createdMinutesAgo: 60 * 24 * 3 }),
  accessRequest({ number: 8, state: 'expired', credential: 'metrics/read-only', createdMinutesAgo: 60 * 24 * 9 }),
  accessRequest({ number: 9, state: 'withdrawn', credential: 'search/read-only', createdMinutesAgo: 60 * 24 * 20 }),
]

const askable: readonly RequestableCredential[] = [
  requestable(1, 'ledger/read-only', { held: true }),
  requestable(2, 'shop/superuser', { open: id(30, 2), approvals: 2 }),
  requestable(3, 'billing/read-write', { emergency: { maxDuration: 7200 }, maxDuration: 4 * 3600 }),
  requestable(4, 'payroll/read-only', { approvals: 0, reasonRequired: false, maxDuration: 3600 }),
  requestable(5, 'stock/read-write'),
]

const LONG = 'a-very-long-name-that-somebody-imported-from-another-system/an-account-with-a-rather-long-name-too'
const long = accessRequest({
  number: 11,
  state: 'active',
  credential: LONG,
  reason: `${'We must find out why the nightly export has doubled every amount since the last release. '.repeat(6)}\n\nhttps://issues.acme.example/${'a'.repeat(120)}`,
  votes: [
    approvalOf(linus, 'Remember to write down what you found, and tell the people of the export team about it afterwards.'),
  ],
})

const story = (state: string, answers: Answers, more: Partial<Story> = {}): Story => ({
  name: `requests/${state}`,
  at: '/requests',
  answers,
  ...more,
})

const at = (number: number): string => `/requests/${id(30, number)}`
const ask = (number: number): string => `/requests/ask/${id(20, number)}`

export const requestsStories: readonly Story[] = [
  story('mine', pages(some)),
  story('active', pages(some), { at: at(1) }),
  story('waiting', pages(some), { at: at(2) }),
  story('refused', pages(some), { at: at(4) }),
  story('emergency-ended', pages(some), { at: at(5) }),
  story('withdraw-dialog', pages(some), { at: at(2), steps: [{ click: { role: 'button', name: 'Withdraw' } }] }),
  story('ask', pages(some, askable), { at: '/requests/ask' }),
  story('ask-form', pages(some, askable), { at: ask(5) }),
  story('ask-form-fault', pages(some, askable), { at: ask(5), steps: [{ click: { role: 'button', name: 'Send request' } }] }),
  story('ask-emergency', pages(some, askable), {
    at: ask(3),
    steps: [{ click: { role: 'button', name: 'Emergency access…' } }],
  }),
  story('ask-open-already', pages(some, askable), { at: ask(2) }),
  story('ask-nothing', pages(some), { at: '/requests/ask' }),
  story('ask-filtered-to-nothing', pages(some), { at: '/requests/ask', steps: [{ press: 'Control+f' }, { type: 'moon' }] }),
  story('empty', pages([])),
  story('loading', { ...asUser(), ...routes({ listMyAccessRequests: waits }) }),
  story('error', { ...asUser(), ...routes({ listMyAccessRequests: new SallyportError('session_expired') }) }),
  story('long', pages([long, ...some]), { at: at(11) }),
  story(
    'huge',
    pages(
      Array.from({ length: 3000 }, (_, number) => ({
        ...accessRequest({ number: number + 20, state: number % 4 === 0 ? 'refused' : 'ended', createdMinutesAgo: number * 60 }),
        createdAt: inMinutes(-number * 60),
      })),
    ),
  ),
  story(
    'ask-huge',
    pages(
      [],
      Array.from({ length: 5000 }, (_, number) => requestable(number + 20, `resource-${number}/read-only`)),
    ),
    { at: '/requests/ask' },
  ),
]
