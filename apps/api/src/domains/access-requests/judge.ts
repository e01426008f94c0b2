/** Whether somebody may decide on a request now. Reading the queue and deciding ask the same function. */
import { SallyportError } from '@sallyport/protocol'
import type { Permission } from '@sallyport/protocol/api'
import { isAmong, type Standing } from './people.ts'
import type { Rule } from './rule-for.ts'
import { stateAt } from './standing.ts'
import type { AccessRequestRow } from './store.ts'
import { isApprover, type Vote } from './tally.ts'
import { isWithinWindows } from './windows.ts'

export interface Judge {
  readonly standing: Standing
  /** Of the device that decides. */
  readonly deviceKey: string
  readonly permissions: ReadonlySet<Permission>
}

interface Judged {
  readonly request: AccessRequestRow
  /** Null when it is gone. */
  readonly rule: Rule | null
  readonly votes: readonly Vote[]
  readonly now: number
}

const isOwn = (request: AccessRequestRow, { standing, deviceKey }: Judge): boolean =>
  request.user === standing.user || request.deviceKey === deviceKey

const closed = (message: string) => new SallyportError('request_closed', { message })

/** Null: they may. `voting`: refusing is possible at any time, approving only in the rule's windows. */
export const refusalToDecide = (
  judge: Judge,
  { request, rule, votes, now }: Judged,
  voting: 'approve' | 'refuse',
): SallyportError | null => {
  if (isOwn(request, judge)) return new SallyportError('own_request')
  if (rule !== null && !isApprover(rule.terms, { standing: judge.standing, asked: request, now })) {
    return new SallyportError('not_approver')
  }
  if (stateAt(request, now) !== 'pending') return new SallyportError('request_closed')
  if (rule === null || !rule.terms.enabled) return closed('The rule by which this was asked is gone.')
  const before = votes.find(({ user, deviceKey }) => user === judge.standing.user || deviceKey === judge.deviceKey)
  if (before !== undefined) {
    const message =
      before.user === judge.standing.user ? 'You approved this already.' : 'Somebody approved this from this device already.'
    return new SallyportError('conflict', { message })
  }
  if (voting === 'approve' && !isWithinWindows(rule.terms.windows, now)) return new SallyportError('outside_window')
  return null
}

/** Whoever may change requests may review every emergency, so that none stays without a reviewer. */
export const mayReview = (judge: Judge, rule: Rule | null): boolean =>
  (judge.standing.active && judge.permissions.has('requests.write')) ||
  (rule?.terms.emergency ? isAmong(rule.terms.emergency.reviewers, judge.standing) : false)

/** Null: they may. */
export const refusalToReview = (judge: Judge, { request, rule, now }: Omit<Judged, 'votes'>): SallyportError | null => {
  if (isOwn(request, judge)) return new SallyportError('own_request')
  if (!mayReview(judge, rule)) return new SallyportError('not_approver')
  const state = stateAt(request, now)
  if (state === 'active') return closed('This access stands. It is reviewed when it has ended.')
  return state === 'review-pending' ? null : new SallyportError('request_closed')
}
