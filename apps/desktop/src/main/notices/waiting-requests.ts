/** What waits for this person's decision, as the API lists it to them. */
import { type AccessDecisionItem, routes } from '@sallyport/protocol/api'
import type { LocalParams } from '../../shared/local-api.ts'
import { timeSpan } from './time-span.ts'
import type { WaitingRequest } from './request-notices.ts'

type CallAgent = (method: 'api', params: LocalParams<'api'>) => Promise<unknown>
type List = 'listApprovals' | 'listReviews'

const FIRST = { query: { limit: 100 } }

/** Throws what the agent or the API refuses. */
export const waitingRequests = async (call: CallAgent): Promise<WaitingRequest[]> => {
  const ask = async (route: List): Promise<WaitingRequest[]> => {
    const { items } = routes[route].response.parse(await call('api', { route, input: FIRST }))
    return items.filter(isTheirs).map((item) => waiting(route, item))
  }
  const [approvals, reviews] = await Promise.all([ask('listApprovals'), ask('listReviews')])
  return [...approvals, ...reviews]
}

/** Not what they decided already, or may not decide. */
const isTheirs = ({ refusal, ownVote }: AccessDecisionItem): boolean => refusal === null && ownVote === null

const waiting = (route: List, { request }: AccessDecisionItem): WaitingRequest => {
  const { id, requester, credential, duration } = request
  return {
    id,
    kind: route === 'listReviews' ? 'review' : 'approval',
    who: `${requester.firstName} ${requester.lastName}`.trim() || requester.email,
    what: credential.name,
    howLong: timeSpan(duration),
  }
}
