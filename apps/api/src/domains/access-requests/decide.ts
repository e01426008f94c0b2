/** Approving and refusing. */
import { SallyportError } from '@sallyport/protocol'
import { MAX_ACCESS_LEAD } from '@sallyport/protocol/api'
import { refusing } from '../../db/constraints.ts'
import type { Transaction } from '../../db/schema.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { type AccessCaller, deviceKeyOf } from './caller.ts'
import { refusalToDecide } from './judge.ts'
import { openAccess } from './open-access.ts'
import { type Rule, ruleFor } from './rule-for.ts'
import { findRule } from './rule-store.ts'
import { recordStep, settle } from './settle.ts'
import { stateAt } from './standing.ts'
import { standingsOf } from './standings.ts'
import { stateAfter } from './states.ts'
import {
  type AccessRequestRow,
  discountVotes,
  findRequest,
  insertVote,
  lockRequest,
  type StoredVote,
  updateRequest,
  votesOf,
} from './store.ts'
import { countingVotes, openingOf } from './tally.ts'
import { tellAbout } from './tell.ts'
import { findWanted } from './wanted.ts'

interface Conditions {
  readonly id: string
  /** Seconds; null: as asked. */
  readonly duration: number | null
  readonly startsAt: Date | null
  readonly sameDevice: boolean
  readonly note: string
}

interface Opened {
  readonly request: AccessRequestRow
  readonly rule: Rule
  readonly votes: readonly StoredVote[]
}

/** The request, locked and as it is now, if the caller may decide on it. */
const openFor = async (
  transaction: Transaction,
  { id, voting }: { readonly id: string; readonly voting: 'approve' | 'refuse' },
  { caller, deviceKey }: { readonly caller: AccessCaller; readonly deviceKey: string },
): Promise<Opened> => {
  // Whoever takes rights away, from the caller or from those who voted before, is waited for, or waits.
  await lockRevocationNumber(transaction, caller.organization, 'share')
  const locked = await lockRequest(transaction, id)
  if (locked === null) throw new SallyportError('not_found')
  const request = await settle(transaction, locked, caller)
  const [rule, votes] = [await findRule(transaction, request.rule), await votesOf(transaction, [id])]
  const standing = (await standingsOf(transaction, [caller.user])).get(caller.user)
  if (standing === undefined) throw new SallyportError('not_approver')
  const judge = { standing, deviceKey, permissions: caller.permissions }
  const refusal = refusalToDecide(judge, { request, rule, votes, now: caller.now }, voting)
  if (refusal !== null) throw refusal
  return { request, rule: rule!, votes }
}

/** What was true when it was asked must be true when it is opened. */
const requireStillPossible = async (transaction: Transaction, { request, rule }: Opened, now: number): Promise<number | null> => {
  const wanted = (await findWanted(transaction, [request.credential])).get(request.credential)
  const standing = (await standingsOf(transaction, [request.user])).get(request.user)
  if (wanted === undefined || standing === undefined || ruleFor([rule], wanted, standing) === null) {
    throw new SallyportError('conflict', { message: 'The person who asked may no longer ask for this.' })
  }
  if (request.extends === null) return null
  const extended = await findRequest(transaction, request.extends)
  if (extended === null || stateAt(extended, now) !== 'active') {
    throw new SallyportError('request_closed', { message: 'The access that this would extend is over.' })
  }
  return extended.closesAt!.getTime()
}

/** Counts for as long as the approver may approve. The approval that is the last one needed opens the access. */
export const approveRequest = async (
  transaction: Transaction,
  { id, ...conditions }: Conditions,
  caller: AccessCaller,
): Promise<void> => {
  const deviceKey = await deviceKeyOf(transaction, caller.device)
  const opened = await openFor(transaction, { id, voting: 'approve' }, { caller, deviceKey })
  const { request, rule } = opened
  const longest = Math.min(request.duration, rule.terms.maxDuration)
  if (conditions.duration !== null && conditions.duration > longest) {
    throw new SallyportError('duration_too_long', { message: `Approve ${longest} seconds at most: no more than was asked for.` })
  }
  if (conditions.startsAt !== null && conditions.startsAt.getTime() > caller.now + MAX_ACCESS_LEAD * 1000) {
    throw new SallyportError('invalid_request', { message: 'An access begins within 30 days.', details: ['body.startsAt'] })
  }
  const at = new Date(caller.now)
  const own: StoredVote = { ...conditions, request: id, user: caller.user, deviceKey, vote: 'approve', at, counted: true }
  await refusing({ unique: 'conflict' }, insertVote(transaction, own))

  const votes = [...opened.votes, own].filter(({ vote }) => vote === 'approve')
  const standings = await standingsOf(
    transaction,
    votes.map(({ user }) => user),
  )
  const counting = countingVotes(rule.terms, { votes, standings, asked: request, now: caller.now })
  const needed = rule.terms.approvals
  const isLast = counting.length >= needed
  const details = {
    note: conditions.note,
    duration: conditions.duration,
    startsAt: conditions.startsAt?.toISOString() ?? null,
    sameDevice: conditions.sameDevice,
    given: counting.length,
    needed,
  }
  let decided = request
  if (isLast) {
    const base = await requireStillPossible(transaction, opened, caller.now)
    const opening = openingOf(request, { approvals: counting, maxDuration: rule.terms.maxDuration, now: caller.now })
    const access = await openAccess(transaction, { request, opening, base }, caller)
    decided = await updateRequest(transaction, request, { ...access, approvalsNeeded: needed })
    const lapsed = votes.filter((vote) => !counting.includes(vote)).map(({ user }) => user)
    await discountVotes(transaction, id, lapsed)
  }
  await recordStep(transaction, 'access-request.approved', {
    request,
    author: caller,
    details: {
      ...details,
      before: request.state,
      after: decided.state,
      grant: decided.grant,
      opensAt: decided.opensAt?.toISOString() ?? null,
      closesAt: decided.closesAt?.toISOString() ?? null,
    },
  })
  await tellAbout(transaction, { organization: caller.organization, user: request.user, terms: rule.terms })
}

/** One refusal is enough. */
export const refuseRequest = async (
  transaction: Transaction,
  { id, note }: { readonly id: string; readonly note: string },
  caller: AccessCaller,
): Promise<void> => {
  const deviceKey = await deviceKeyOf(transaction, caller.device)
  const { request, rule } = await openFor(transaction, { id, voting: 'refuse' }, { caller, deviceKey })
  const at = new Date(caller.now)
  const vote: StoredVote = {
    request: id,
    user: caller.user,
    deviceKey,
    vote: 'refuse',
    duration: null,
    startsAt: null,
    sameDevice: false,
    note,
    at,
    counted: true,
  }
  await refusing({ unique: 'conflict' }, insertVote(transaction, vote))
  const state = stateAfter(request.state, 'refuse')
  await updateRequest(transaction, request, {
    state,
    approvalsNeeded: rule.terms.approvals,
    closedAt: at,
    closedBy: caller.user,
    closedNote: note,
  })
  await recordStep(transaction, 'access-request.refused', {
    request,
    author: caller,
    details: { before: request.state, after: state, note },
  })
  await tellAbout(transaction, { organization: caller.organization, user: request.user, terms: rule.terms })
}
