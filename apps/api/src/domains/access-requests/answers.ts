/** Requests as the API shows them. */
import type { AccessRequest, personName } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import { namesOf } from '../people/index.ts'
import { isExtensible } from './extend.ts'
import type { Standing } from './people.ts'
import type { Rule } from './rule-for.ts'
import { allRules } from './rule-store.ts'
import { stateAt } from './standing.ts'
import { standingsOf } from './standings.ts'
import { type AccessRequestRow, type StoredVote, votesOf } from './store.ts'
import { countingVotes } from './tally.ts'
import { endOfAccess } from './uses.ts'
import { findWanted, type Wanted } from './wanted.ts'

type Person = z.infer<typeof personName>

/** Everything that a page of requests refers to, read once for all of them. */
export interface Surroundings {
  readonly now: number
  readonly people: ReadonlyMap<string, Person>
  readonly rules: ReadonlyMap<string, Rule>
  readonly wanted: ReadonlyMap<string, Wanted>
  readonly votes: ReadonlyMap<string, readonly StoredVote[]>
  readonly standings: ReadonlyMap<string, Standing>
}

export const surroundingsOf = async (
  transaction: Transaction,
  requests: readonly AccessRequestRow[],
  now: number,
): Promise<Surroundings> => {
  const votes = await votesOf(
    transaction,
    requests.map(({ id }) => id),
  )
  const voters = votes.map(({ user }) => user)
  const named = requests.flatMap(({ user, closedBy, reviewer }) => [user, closedBy, reviewer]).filter((id) => id !== null)
  return {
    now,
    people: await namesOf(transaction, [...named, ...voters]),
    rules: new Map((await allRules(transaction)).map((rule) => [rule.id, rule])),
    wanted: await findWanted(
      transaction,
      requests.map(({ credential }) => credential),
    ),
    votes: Map.groupBy(votes, ({ request }) => request),
    standings: await standingsOf(transaction, voters),
  }
}

const wantedAnswer = (request: AccessRequestRow, wanted: Wanted | undefined): AccessRequest['credential'] => ({
  id: request.credential,
  name: request.credentialName,
  resource: wanted === undefined ? null : resourceAnswer(wanted),
})

export const resourceAnswer = (wanted: Wanted) => ({
  id: wanted.resource,
  name: wanted.resourceName,
  description: wanted.description,
  tags: [...wanted.tags],
  protocol: wanted.endpoint.protocol,
})

const approvalsAnswer = (request: AccessRequestRow, around: Surroundings): AccessRequest['approvals'] => {
  const { rules, standings, people, now } = around
  const votes = around.votes.get(request.id) ?? []
  const terms = rules.get(request.rule)?.terms
  const isOpen = request.state === 'pending'
  const counting =
    isOpen && terms !== undefined
      ? countingVotes(terms, { votes, standings, asked: request, now })
      : votes.filter(({ counted }) => counted)
  return {
    needed: isOpen ? (terms?.approvals ?? request.approvalsNeeded) : request.approvalsNeeded,
    given: counting.filter(({ vote }) => vote === 'approve').length,
    votes: votes.map((vote) => ({
      approver: people.get(vote.user)!,
      vote: vote.vote,
      duration: vote.duration,
      startsAt: vote.startsAt?.toISOString() ?? null,
      sameDevice: vote.sameDevice,
      note: vote.note,
      at: vote.at.toISOString(),
      counts: counting.includes(vote),
    })),
  }
}

const accessAnswer = (request: AccessRequestRow, now: number): AccessRequest['access'] => {
  const { grant, opensAt, closesAt } = request
  if (grant === null || opensAt === null || closesAt === null) return null
  const end = endOfAccess(request)!
  const isOver = request.grantEnded || request.closedAt !== null || end.getTime() <= now
  return {
    grant,
    startsAt: opensAt.toISOString(),
    expiresAt: closesAt.toISOString(),
    endedAt: isOver ? new Date(Math.min(end.getTime(), now)).toISOString() : null,
  }
}

const reviewAnswer = (request: AccessRequestRow, { people, now }: Surroundings): AccessRequest['review'] => {
  if (request.kind !== 'emergency') return null
  const ended = stateAt(request, now) === 'active' ? null : endOfAccess(request)
  const dueAt = request.reviewDueAt ?? (ended === null ? null : new Date(ended.getTime() + request.reviewWithin! * 1000))
  return {
    dueAt: dueAt?.toISOString() ?? null,
    overdue: request.reviewedAt === null && dueAt !== null && dueAt.getTime() <= now,
    reviewer: request.reviewer === null ? null : (people.get(request.reviewer) ?? null),
    verdict: request.reviewVerdict,
    note: request.reviewNote,
    at: request.reviewedAt?.toISOString() ?? null,
  }
}

export const answerOf = (request: AccessRequestRow, around: Surroundings): AccessRequest => {
  const { now, people, rules, wanted } = around
  const rule = rules.get(request.rule)
  return {
    id: request.id,
    kind: request.kind,
    state: stateAt(request, now),
    requester: people.get(request.user)!,
    credential: wantedAnswer(request, wanted.get(request.credential)),
    rule: rule === undefined ? null : { id: rule.id, name: rule.terms.name },
    reason: request.reason,
    duration: request.duration,
    startsAt: request.startsAt?.toISOString() ?? null,
    createdAt: request.createdAt.toISOString(),
    waitsUntil: request.waitsUntil.toISOString(),
    extends: request.extends,
    extensible: isExtensible(request, rule?.terms ?? null, now),
    approvals: approvalsAnswer(request, around),
    escalatedAt: request.escalatedAt?.toISOString() ?? null,
    access: accessAnswer(request, now),
    closed:
      request.closedAt === null
        ? null
        : {
            at: request.closedAt.toISOString(),
            by: request.closedBy === null ? null : (people.get(request.closedBy) ?? null),
            note: request.closedNote,
          },
    review: reviewAnswer(request, around),
  }
}

export const answersOf = async (
  transaction: Transaction,
  requests: readonly AccessRequestRow[],
  now: number,
): Promise<AccessRequest[]> => {
  const around = await surroundingsOf(transaction, requests, now)
  return requests.map((request) => answerOf(request, around))
}
