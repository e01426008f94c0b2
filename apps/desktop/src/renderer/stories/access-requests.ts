/** Requests for access as the API tells them. */
import type {
  AccessDecisionItem,
  AccessRequest,
  AccessRequestState,
  AccessRule,
  RequestableCredential,
} from '@sallyport/protocol/api'
import { ada, id } from './people.ts'
import { STORY_NOW } from './story.ts'

const MINUTE = 60_000
const HOUR = 3600

/** An instant some minutes after the present of the stories; before it when negative. */
export const inMinutes = (minutes: number): string => new Date(Date.parse(STORY_NOW) + minutes * MINUTE).toISOString()

export const grace = { id: id(1, 2), email: 'grace@acme.example', firstName: 'Grace', lastName: 'Hopper' }
export const linus = { id: id(1, 3), email: 'linus@acme.example', firstName: 'Linus', lastName: 'Lindqvist' }
export const barbara = { id: id(1, 4), email: 'barbara@acme.example', firstName: 'Barbara', lastName: 'Liskov' }

/** The same as the list of users tells them. */
export const colleagues = [ada, grace, linus, barbara].map((person) => ({
  ...person,
  status: 'active' as const,
  roles: [],
  createdAt: '2026-03-02T09:00:00.000Z',
  lastSignInAt: null,
}))

interface Sketch {
  readonly number: number
  readonly state?: AccessRequestState
  readonly kind?: AccessRequest['kind']
  readonly requester?: AccessRequest['requester']
  readonly credential?: string
  readonly reason?: string
  readonly duration?: number
  /** Of an access that stands. */
  readonly minutesLeft?: number
  readonly createdMinutesAgo?: number
  readonly needed?: number
  readonly votes?: AccessRequest['approvals']['votes']
  readonly extensible?: boolean
  readonly note?: string
}

const wanted = (number: number, name: string): AccessRequest['credential'] => ({
  id: id(20, number),
  name,
  resource: {
    id: id(21, number),
    name: name.slice(0, name.lastIndexOf('/')).slice(0, 120),
    description: 'Orders and customers of the shop.',
    tags: ['production', 'eu'],
    protocol: 'postgresql',
  },
})

const OPENED: ReadonlySet<AccessRequestState> = new Set(['approved', 'active', 'ended', 'review-pending', 'reviewed'])
const CLOSED: ReadonlySet<AccessRequestState> = new Set(['refused', 'withdrawn', 'expired', 'cancelled'])

const accessOf = ({ state = 'pending', duration = HOUR, minutesLeft = 42 }: Sketch): AccessRequest['access'] => {
  if (!OPENED.has(state)) return null
  const [from, to] = state === 'approved' ? [60, 120] : state === 'active' ? [-18, minutesLeft] : [-200, -200 + duration / 60]
  return {
    grant: id(31),
    startsAt: inMinutes(from),
    expiresAt: inMinutes(to),
    endedAt: state === 'ended' ? inMinutes(to - 5) : null,
  }
}

const reviewOf = ({ state = 'pending', kind }: Sketch): AccessRequest['review'] => {
  if (kind !== 'emergency' && state !== 'review-pending' && state !== 'reviewed') return null
  const isReviewed = state === 'reviewed'
  return {
    dueAt: state === 'active' ? null : inMinutes(600),
    overdue: false,
    reviewer: isReviewed ? linus : null,
    verdict: isReviewed ? 'justified' : null,
    note: isReviewed ? 'The outage was real; two statements, both needed.' : '',
    at: isReviewed ? inMinutes(-30) : null,
  }
}

export const accessRequest = (sketch: Sketch): AccessRequest => {
  const { number, state = 'pending', votes = [], duration = HOUR, createdMinutesAgo = 12, needed = 1 } = sketch
  return {
    id: id(30, number),
    kind: sketch.kind ?? 'access',
    state,
    requester: sketch.requester ?? ada,
    credential: wanted(number, sketch.credential ?? 'ledger/read-only'),
    rule: { id: id(32), name: 'Production on request' },
    reason: sketch.reason ?? 'Order 4711 was charged twice; I need to see both bookings.',
    duration,
    startsAt: state === 'approved' ? inMinutes(60) : null,
    createdAt: inMinutes(-createdMinutesAgo),
    waitsUntil: inMinutes(8 * 60 - createdMinutesAgo),
    extends: sketch.kind === 'extension' ? id(30, number + 1) : null,
    extensible: sketch.extensible ?? false,
    approvals: { needed, given: votes.filter(({ vote, counts }) => vote === 'approve' && counts).length, votes },
    escalatedAt: null,
    access: accessOf(sketch),
    closed: CLOSED.has(state) ? { at: inMinutes(-5), by: state === 'refused' ? barbara : null, note: sketch.note ?? '' } : null,
    review: reviewOf(sketch),
  }
}

export const approvalOf = (approver: AccessRequest['requester'], note = ''): AccessRequest['approvals']['votes'][number] => ({
  approver,
  vote: 'approve',
  duration: null,
  startsAt: null,
  sameDevice: false,
  note,
  at: inMinutes(-2),
  counts: true,
})

export const decisionItem = (request: AccessRequest, more: Partial<AccessDecisionItem> = {}): AccessDecisionItem => ({
  request,
  device: {
    id: id(2, 2),
    facts: {
      name: 'grace-laptop',
      platform: 'darwin',
      osVersion: 'macOS 26.1',
      clientVersion: '0.1.0',
      keyStorage: 'keychain',
    },
    status: 'active',
    enrolledAt: '2026-03-02T09:05:00.000Z',
  },
  target: {
    host: 'ledger.internal.acme.example',
    port: 5432,
    userName: 'ledger_read',
    databases: ['ledger', 'archive'],
    site: 'eu-central',
  },
  maxDuration: request.duration,
  lastUse: {
    startsAt: inMinutes(-9 * 24 * 60),
    endsAt: inMinutes(-9 * 24 * 60 + 60),
    statements: 14,
    lastActivityAt: inMinutes(-9 * 24 * 60 + 41),
  },
  use: null,
  refusal: null,
  ownVote: null,
  ...more,
})

export const requestable = (number: number, name: string, more: Partial<RequestableCredential> = {}): RequestableCredential => ({
  credential: wanted(number, name),
  rule: { id: id(32), name: 'Production on request' },
  approvals: 1,
  maxDuration: 8 * HOUR,
  reasonRequired: true,
  emergency: null,
  held: false,
  open: null,
  ...more,
})

export const accessRule = (number: number, more: Partial<AccessRule> = {}): AccessRule => ({
  id: id(32, number),
  name: 'Production on request',
  priority: number * 10,
  enabled: true,
  selects: { everything: false, credentials: [], resources: [], tags: ['production'] },
  requesters: { roles: [id(5)] },
  approvals: 1,
  approvers: { roles: [id(5, 2)], users: [linus.id] },
  windows: [
    { days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], from: '08:00', to: '18:00', timeZone: 'Europe/Berlin' },
  ],
  escalation: { after: 3600, approvers: { roles: [], users: [barbara.id] } },
  maxDuration: 8 * HOUR,
  maxExtensions: 2,
  waitsFor: 8 * HOUR,
  reasonRequired: true,
  emergency: {
    responders: { roles: [id(5, 2)], users: [] },
    maxDuration: 2 * HOUR,
    reviewers: { roles: [], users: [linus.id, barbara.id] },
    reviewWithin: 86_400,
  },
  createdAt: '2026-03-02T09:00:00.000Z',
  changedAt: '2026-10-02T09:00:00.000Z',
  ...more,
})
