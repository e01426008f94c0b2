/** Where a request stands at a time. What is written may lag behind, what counts does not. Pure. */
import type { AccessRequestState } from '@sallyport/protocol/api'
import { type AccessRequestEvent, stateAfter } from './states.ts'
import type { AccessRequestRow } from './store.ts'

/** What time has done since the state was written, in order. */
export const dueEvents = (request: AccessRequestRow, now: number): readonly AccessRequestEvent[] => {
  const { state, opensAt, closesAt } = request
  const isOver = request.grantEnded || (closesAt !== null && closesAt.getTime() <= now)
  const end = request.kind === 'emergency' ? 'demand-review' : 'end'
  if (state === 'pending') return request.waitsUntil.getTime() <= now ? ['expire'] : []
  if (state === 'approved' && request.grantEnded && opensAt!.getTime() > now) return ['cancel']
  if (state === 'approved' && (isOver || opensAt!.getTime() <= now)) return isOver ? ['start', end] : ['start']
  if (state === 'active' && isOver) return [end]
  return []
}

export const stateAt = (request: AccessRequestRow, now: number): AccessRequestState =>
  dueEvents(request, now).reduce(stateAfter, request.state)
