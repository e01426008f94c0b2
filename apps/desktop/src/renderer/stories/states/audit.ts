import { builtInRoles, type AuditRow } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol/errors'
import { type Answers, methods, routes, waits } from '../answers.ts'
import { auditRow, manyEntries, someEntries, storyProof } from '../audit.ts'
import { someCredentials } from '../credentials.ts'
import { asUser, id } from '../people.ts'
import { type Story, STORY_NOW } from '../story.ts'

const LEAF = 'pR9xLrZ0c2d2h3YhKXb1e1h1d0k3aV9rT0h4VjJxRmc'

const frame: Answers = {
  ...asUser(...builtInRoles.auditor),
  ...methods({ credentials: { items: [...someCredentials] } }),
  ...routes({
    listApprovals: { items: [], next: null },
    listReviews: { items: [], next: null },
    proveLogEntry: { index: 88_212, leaf: LEAF, entry: '{}', proof: storyProof },
    getLog: {
      origin: 'sallyport/acme',
      keys: [],
      size: 88_401,
      checkpoint: { size: 88_400, note: '', signedAt: STORY_NOW },
      witnessed: { size: 88_390, note: '' },
      quorum: 1,
      witnesses: [],
      problem: null,
    },
  }),
}

const withEntries = (items: readonly AuditRow[]): Answers => ({
  ...frame,
  ...routes({ listAuditEntries: { items: [...items], next: null, tail: 'tail' } }),
})

const story = (state: string, answers: Answers, more: Partial<Story> = {}): Story => ({
  name: `audit/${state}`,
  at: '/audit',
  answers,
  ...more,
})

const MANY = 100_000
const PAGE = 200

const entry = (number: number): string => `/audit/${id(60, number)}`
const waiting = { ...auditRow({ number: 0, type: 'session.renewed' }), index: null, leaf: null }
const newer: AuditRow = { index: 88_300, leaf: LEAF, entry: { version: 2, kind: 'of a later day' } }
const long = auditRow({
  number: 99,
  type: 'access-request.emergency-opened',
  details: { reason: 'The checkout is down and every minute orders are lost. '.repeat(12), duration: 3600 },
})

export const auditStories: readonly Story[] = [
  story('some', withEntries(someEntries)),
  story('change', withEntries(someEntries), { at: entry(1) }),
  story('decision', withEntries(someEntries), { at: entry(2) }),
  story('not-numbered-yet', withEntries([waiting, ...someEntries]), { at: entry(0) }),
  story(
    'proof-unavailable',
    { ...withEntries(someEntries), ...routes({ proveLogEntry: new SallyportError('log_unavailable') }) },
    { at: entry(3) },
  ),
  story('newer-version', withEntries([newer, ...someEntries]), { at: `/audit/${LEAF}` }),
  story('export-dialog', withEntries(someEntries), { steps: [{ click: { role: 'button', name: 'Export…' } }] }),
  story('empty', withEntries([])),
  story('loading', { ...frame, ...routes({ listAuditEntries: waits }) }),
  story('error', { ...frame, ...routes({ listAuditEntries: new SallyportError('log_unavailable') }) }),
  story('long', withEntries([long, ...someEntries]), { at: entry(99) }),
  // Made only where they are shown.
  story('pages', {
    ...frame,
    ...routes({
      listAuditEntries: ({ input }) => {
        const from = Number(input.query?.cursor ?? 0)
        const next = from + PAGE < MANY ? String(from + PAGE) : null
        return { items: manyEntries(Math.min(PAGE, MANY - from), from), next, tail: 'tail' }
      },
    }),
  }),
  story('huge', {
    ...frame,
    ...routes({ listAuditEntries: () => ({ items: manyEntries(MANY), next: null, tail: 'tail' }) }),
  }),
]
