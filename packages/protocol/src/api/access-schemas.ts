/** Asking for access: rules that let people ask, what they asked, and what became of it. Durations are seconds. */
import { z } from 'zod'
import { displayName, email, foreignName, host, port, slug, textUpTo, timestamp, uuid } from '../fields.ts'
import { endpoint } from '../lease.ts'
import { deviceFacts } from './schemas.ts'

const MINUTE = 60
const DAY = 86_400
/** Longest access that anybody can ask for at once, in seconds. */
export const MAX_ACCESS_DURATION = 90 * DAY
/** How far ahead a request may begin, in seconds. */
export const MAX_ACCESS_LEAD = 30 * DAY

/** Why somebody asks, refuses or reviews. */
const reason = textUpTo(1000)
/** Somebody who needs a moment gets a moment. */
const SHORTEST = 5
export const accessDuration = z.int().min(SHORTEST).max(MAX_ACCESS_DURATION)

/** People: everybody who has one of the roles, and these users. */
export const people = z.strictObject({ roles: z.array(uuid).max(64), users: z.array(uuid).max(64) })
export type People = z.infer<typeof people>

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0
  } catch {
    return false
  }
}

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

/** When approvals count: from `from` until before `to` on these days, in this time zone. `to` before `from`: past midnight. */
export const approvalWindow = z.strictObject({
  days: z.array(z.enum(weekdays)).min(1).max(7),
  from: timeOfDay,
  to: timeOfDay,
  /** A name of the IANA time zone database: `Europe/Berlin`. */
  timeZone: z.string().min(1).max(64).refine(isTimeZone, 'There is no such time zone.'),
})
export type ApprovalWindow = z.infer<typeof approvalWindow>

/** What a rule says. Of the rules that fit a person and a credential, the one with the lowest priority counts. */
export const accessRuleTerms = z.strictObject({
  name: displayName,
  priority: z.int().min(1).max(1000),
  /** Off: nobody can ask by it, and what was asked by it cannot be approved. */
  enabled: z.boolean(),
  /** What may be asked for: these, what has one of the tags, or everything. */
  selects: z.strictObject({
    everything: z.boolean(),
    credentials: z.array(uuid).max(256),
    resources: z.array(uuid).max(256),
    tags: z.array(slug).max(64),
  }),
  /** Who may ask; without any role: everybody. */
  requesters: z.strictObject({ roles: z.array(uuid).max(64) }),
  /** Different people who must approve. 0: the request is approved at once, by the rule. */
  approvals: z.int().min(0).max(10),
  approvers: people,
  /** Without any: approvals count at every time. */
  windows: z.array(approvalWindow).max(14),
  /** Who may approve, too, when a request has waited this long. */
  escalation: z
    .strictObject({
      after: z
        .int()
        .min(MINUTE)
        .max(7 * DAY),
      approvers: people,
    })
    .nullable(),
  maxDuration: accessDuration,
  /** How often an access may be extended. 0: never. */
  maxExtensions: z.int().min(0).max(20),
  /** A request that nobody decided ends after this. */
  waitsFor: z
    .int()
    .min(MINUTE)
    .max(30 * DAY),
  reasonRequired: z.boolean(),
  /** Who may open access at once, for how long at most, who looks at it afterwards, and within which time. */
  emergency: z
    .strictObject({
      responders: people,
      maxDuration: accessDuration,
      reviewers: people,
      reviewWithin: z
        .int()
        .min(MINUTE)
        .max(30 * DAY),
    })
    .nullable(),
})
export type AccessRuleTerms = z.infer<typeof accessRuleTerms>

export const accessRule = accessRuleTerms.extend({ id: uuid, createdAt: timestamp, changedAt: timestamp })
export type AccessRule = z.infer<typeof accessRule>

/**
 * `pending`: waits for approval. `approved`: approved, and begins later. `active`: the access stands. `ended`: its time is
 * over, or somebody ended it. `refused`, `withdrawn` (by the person who asked), `expired` (nobody decided in time) and
 * `cancelled` (by an administrator, or because what it was about is gone) never opened. `review-pending`: emergency access
 * that ended and must be looked at; `reviewed`: somebody did.
 */
export const accessRequestStates = [
  'pending',
  'approved',
  'active',
  'ended',
  'refused',
  'withdrawn',
  'expired',
  'cancelled',
  'review-pending',
  'reviewed',
] as const
export const accessRequestState = z.enum(accessRequestStates)
export type AccessRequestState = z.infer<typeof accessRequestState>

export const accessRequestKind = z.enum(['access', 'extension', 'emergency'])
export type AccessRequestKind = z.infer<typeof accessRequestKind>

/** Somebody, as colleagues see them. */
export const personName = z.strictObject({ id: uuid, email, firstName: displayName, lastName: displayName })

/** What is asked for. Null where it is gone. */
const wanted = z.strictObject({
  id: uuid,
  /** `shop-db/read-only`, as it was called when it was asked for. */
  name: z.string().max(250),
  resource: z
    .strictObject({
      id: uuid,
      name: displayName,
      description: z.string().max(1000),
      tags: z.array(slug),
      protocol: endpoint.shape.protocol,
    })
    .nullable(),
})

export const accessVote = z.strictObject({
  approver: personName,
  vote: z.enum(['approve', 'refuse']),
  /** Conditions: not longer than this, not before this, only on the device from which it was asked. */
  duration: accessDuration.nullable(),
  startsAt: timestamp.nullable(),
  sameDevice: z.boolean(),
  note: reason,
  at: timestamp,
  /** False when the approver has lost the right to approve since. */
  counts: z.boolean(),
})

export const accessRequest = z.strictObject({
  id: uuid,
  kind: accessRequestKind,
  state: accessRequestState,
  requester: personName,
  credential: wanted,
  /** The rule by which it was asked; null when the rule is gone. */
  rule: z.strictObject({ id: uuid, name: displayName }).nullable(),
  reason,
  /** What was asked for; the beginning is null for "as soon as approved". */
  duration: accessDuration,
  startsAt: timestamp.nullable(),
  createdAt: timestamp,
  /** When it expires, if nobody has decided by then. */
  waitsUntil: timestamp,
  /** The request whose access this one extends. */
  extends: uuid.nullable(),
  /** Whether the person who asked may ask for an extension now. */
  extensible: z.boolean(),
  approvals: z.strictObject({ needed: z.int().nonnegative(), given: z.int().nonnegative(), votes: z.array(accessVote) }),
  escalatedAt: timestamp.nullable(),
  /** What was opened. */
  access: z.strictObject({ grant: uuid, startsAt: timestamp, expiresAt: timestamp, endedAt: timestamp.nullable() }).nullable(),
  /** How a request that never opened, or that was ended before its time, came to its end. */
  closed: z.strictObject({ at: timestamp, by: personName.nullable(), note: reason }).nullable(),
  /** Of emergency access only. */
  review: z
    .strictObject({
      /** Known once the access has ended. */
      dueAt: timestamp.nullable(),
      overdue: z.boolean(),
      reviewer: personName.nullable(),
      verdict: z.enum(['justified', 'unjustified']).nullable(),
      note: reason,
      at: timestamp.nullable(),
    })
    .nullable(),
})
export type AccessRequest = z.infer<typeof accessRequest>

/** What somebody did under an access, in short. */
export const accessUse = z.strictObject({
  startsAt: timestamp,
  /** When it ended or ends. */
  endsAt: timestamp,
  /** Statements and commands that were recorded; at most {@link MAX_COUNTED_STATEMENTS} are counted. */
  statements: z.int().nonnegative(),
  lastActivityAt: timestamp.nullable(),
})
export type AccessUse = z.infer<typeof accessUse>
export const MAX_COUNTED_STATEMENTS = 1000

/** A request as somebody sees it who decides on it. */
export const accessDecisionItem = z.strictObject({
  request: accessRequest,
  /** The device from which it was asked; null when that is gone. */
  device: z
    .strictObject({ id: uuid, facts: deviceFacts, status: z.enum(['pending', 'active', 'revoked']), enrolledAt: timestamp })
    .nullable(),
  /** What they would get; null when it is gone. No secrets. */
  target: z.strictObject({ host, port, userName: foreignName, databases: z.array(foreignName), site: displayName }).nullable(),
  /** Longest access that may be approved. */
  maxDuration: accessDuration,
  /** What they did with it last time. */
  lastUse: accessUse.nullable(),
  /** What they did under this request; null before it opened. */
  use: accessUse.nullable(),
  /** Why the caller cannot decide now; null: they can. */
  refusal: z.strictObject({ code: z.string().max(64), message: z.string().max(500) }).nullable(),
  /** What the caller said already. */
  ownVote: z.enum(['approve', 'refuse']).nullable(),
})
export type AccessDecisionItem = z.infer<typeof accessDecisionItem>

/** One line of what somebody may ask for. */
export const requestableCredential = z.strictObject({
  credential: wanted,
  rule: z.strictObject({ id: uuid, name: displayName }),
  approvals: z.int().nonnegative(),
  maxDuration: accessDuration,
  reasonRequired: z.boolean(),
  /** Longest access that the caller may open at once, without approval; null: none. */
  emergency: z.strictObject({ maxDuration: accessDuration }).nullable(),
  /** Whether the caller has access now. */
  held: z.boolean(),
  /** A request of the caller that waits or will begin. */
  open: uuid.nullable(),
})
export type RequestableCredential = z.infer<typeof requestableCredential>

export const newAccessRequest = z.strictObject({
  credential: uuid,
  reason,
  duration: accessDuration,
  /** Null: as soon as it is approved. */
  startsAt: timestamp.nullable().default(null),
})
export const accessNote = reason
