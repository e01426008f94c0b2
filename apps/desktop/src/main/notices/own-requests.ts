/** What this person asked for, as the API lists it to them: the newest ones, which are those that still change. */
import { type AccessRequest, routes } from '@sallyport/protocol/api'
import type { LocalParams } from '../../shared/local-api.ts'

type CallAgent = (method: 'api', params: LocalParams<'api'>) => Promise<unknown>

const NEWEST = { query: { limit: 100 } }

/** Throws what the agent or the API refuses. */
export const ownRequests = async (call: CallAgent): Promise<readonly AccessRequest[]> => {
  const answer = await call('api', { route: 'listMyAccessRequests', input: NEWEST })
  return routes.listMyAccessRequests.response.parse(answer).items
}
