/** Ending a request before its time: by the person who asked, or by an administrator. */
import { SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { closeGrant } from '../grants/index.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import type { AccessCaller } from './caller.ts'
import { findRule } from './rule-store.ts'
import { recordStep, settle } from './settle.ts'
import { type AccessRequestEvent, stateAfter } from './states.ts'
import { type AccessRequestRow, lockRequest, updateRequest } from './store.ts'
import { tellAbout } from './tell.ts'

interface Closing {
  readonly id: string
  /** What it is before the access begins; an access that stands just ends. */
  readonly event: 'withdraw' | 'cancel'
  readonly entry: 'access-request.withdrawn' | 'access-request.cancelled'
  readonly mayClose: (request: AccessRequestRow) => boolean
}

const eventFor = (request: AccessRequestRow, early: Closing['event']): AccessRequestEvent => {
  if (request.state !== 'active') return early
  return request.kind === 'emergency' ? 'demand-review' : 'end'
}

/**
 * The grants of a request and of all that it extends or is extended by: together they are one access, and what is left of it
 * would go on under another of them.
 */
const grantsOfAccess = async (transaction: Transaction, id: string): Promise<readonly string[]> => {
  const { rows } = await sql<{ grant_id: string }>`
    with recursive related (id) as (
      select ${id}::uuid
      union
      select case when access_requests.id = related.id then access_requests.extends_id else access_requests.id end
      from access_requests join related on access_requests.id = related.id or access_requests.extends_id = related.id
      where access_requests.extends_id is not null)
    select grant_id from access_requests where id in (select id from related) and grant_id is not null
    order by opens_at`.execute(transaction)
  return rows.map((row) => row.grant_id)
}

const endAccess = async (transaction: Transaction, id: string, caller: AccessCaller): Promise<number> => {
  let ended = 0
  for (const grant of await grantsOfAccess(transaction, id)) ended += (await closeGrant(transaction, grant, caller)).length
  return ended
}

const close = async (
  transaction: Transaction,
  { id, event: early, entry, mayClose }: Closing,
  caller: AccessCaller,
): Promise<void> => {
  await lockRevocationNumber(transaction, caller.organization, 'update')
  const locked = await lockRequest(transaction, id)
  if (locked === null || !mayClose(locked)) throw new SallyportError('not_found')
  const request = await settle(transaction, locked, caller)
  const event = eventFor(request, early)
  const state = stateAfter(request.state, event)
  const endedLeases = request.grant === null ? 0 : await endAccess(transaction, id, caller)
  await updateRequest(transaction, request, {
    state,
    closedAt: new Date(caller.now),
    closedBy: caller.user,
    ...(event === 'demand-review' ? { reviewDueAt: new Date(caller.now + request.reviewWithin! * 1000) } : {}),
  })
  await recordStep(transaction, entry, {
    request,
    author: caller,
    details: { before: request.state, after: state, grant: request.grant, endedLeases },
  })
  const rule = await findRule(transaction, request.rule)
  await tellAbout(transaction, { organization: caller.organization, user: request.user, terms: rule?.terms ?? null })
}

/** Gives back an access that stands. Throws `not_found` for a request of somebody else, `request_closed`. */
export const withdrawRequest = (transaction: Transaction, id: string, caller: AccessCaller): Promise<void> =>
  close(
    transaction,
    { id, event: 'withdraw', entry: 'access-request.withdrawn', mayClose: ({ user }) => user === caller.user },
    caller,
  )

/** Ends an access that stands, with its connections. Throws `not_found`, `request_closed`. */
export const cancelRequest = (transaction: Transaction, id: string, caller: AccessCaller): Promise<void> =>
  close(transaction, { id, event: 'cancel', entry: 'access-request.cancelled', mayClose: () => true }, caller)
