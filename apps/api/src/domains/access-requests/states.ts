/**
 * The life of an access request. What is not in the table does not happen.
 *
 *     pending ─approve─► approved ─start─► active ─end─────────────► ended
 *        │                  │                └────demand-review─► review-pending ─review─► reviewed
 *        ├─refuse─► refused │
 *        ├─expire─► expired │
 *        └─withdraw, cancel ┴─► withdrawn, cancelled
 *
 * Emergency access begins as `active` and ends by `demand-review`.
 */
import { SallyportError } from '@sallyport/protocol'
import type { AccessRequestState } from '@sallyport/protocol/api'

export const accessRequestEvents = [
  'approve',
  'refuse',
  'withdraw',
  'expire',
  'cancel',
  'start',
  'end',
  'demand-review',
  'review',
] as const
export type AccessRequestEvent = (typeof accessRequestEvents)[number]

type Transitions = Readonly<Record<AccessRequestState, Readonly<Partial<Record<AccessRequestEvent, AccessRequestState>>>>>

export const accessRequestTransitions: Transitions = {
  'pending': { approve: 'approved', refuse: 'refused', withdraw: 'withdrawn', expire: 'expired', cancel: 'cancelled' },
  'approved': { start: 'active', withdraw: 'withdrawn', cancel: 'cancelled' },
  'active': { 'end': 'ended', 'demand-review': 'review-pending' },
  'review-pending': { review: 'reviewed' },
  'ended': {},
  'refused': {},
  'withdrawn': {},
  'expired': {},
  'cancelled': {},
  'reviewed': {},
}

/** Throws `request_closed` for what cannot happen in this state. */
export const stateAfter = (state: AccessRequestState, event: AccessRequestEvent): AccessRequestState => {
  const next = accessRequestTransitions[state][event]
  if (next === undefined)
    throw new SallyportError('request_closed', { cause: new Error(`${event} of a request that is ${state}`) })
  return next
}
