/** Asking for access, deciding on it, and the rules of both. */
import { SallyportError, timestamp, uuid } from '@sallyport/protocol'
import type { AccessRequest } from '@sallyport/protocol/api'
import { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import {
  type AccessCaller,
  answersOf,
  approveRequest,
  cancelRequest,
  createRequest,
  decisionItemsOf,
  extendRequest,
  findRequest,
  listApprovals,
  listRequests,
  listReviews,
  openEmergency,
  refuseRequest,
  requestableCredentials,
  reviewEmergency,
  withdrawRequest,
} from '../../domains/access-requests/index.ts'
import type { CallerContext } from '../context.ts'
import { decodeCursor, encodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.strictObject({ at: timestamp, id: uuid })
const namePosition = z.strictObject({ resource: z.string().max(120), name: z.string().max(63) })

const callerOf = (context: CallerContext): AccessCaller => ({
  ...authorOf(context),
  user: context.user.id,
  device: context.device.id,
  permissions: context.user.permissions,
})

/** Each request tells a lot: a page is this long at most, whatever was asked for. */
const MAX_REQUESTS = 100

const instantOf = (at: string | null): Date | null => (at === null ? null : new Date(at))

const keyOf = ({ createdAt, id }: { readonly createdAt: Date; readonly id: string }) => ({ at: createdAt.toISOString(), id })

const oneAnswer = async (transaction: Transaction, id: string, now: number): Promise<AccessRequest> => {
  const request = await findRequest(transaction, id)
  if (request === null) throw new SallyportError('not_found')
  const [answer] = await answersOf(transaction, [request], now)
  return answer!
}

/** Does it, and answers with the request as it is then. */
const changing = (
  context: CallerContext,
  change: (transaction: Transaction, caller: AccessCaller) => Promise<string>,
): Promise<AccessRequest> => {
  const caller = callerOf(context)
  return context.transaction(async (transaction) => oneAnswer(transaction, await change(transaction, caller), caller.now))
}

interface Page {
  readonly cursor?: string | undefined
  readonly limit: number
}

const requestsPage = (
  context: CallerContext,
  { cursor, limit, ...filter }: Page & Parameters<typeof listRequests>[1]['filter'],
) => {
  const now = context.now()
  const from = decodeCursor(cursor, position)
  const size = Math.min(limit, MAX_REQUESTS)
  return context.transaction(async (transaction) => {
    const found = await listRequests(transaction, { filter, from, limit: size + 1, now })
    const { items, next } = pageOfFound(found, { limit: size, keyOf })
    return { items: await answersOf(transaction, items, now), next }
  })
}

const queuePage = (
  context: CallerContext,
  list: typeof listApprovals,
  {
    cursor,
    limit,
    decided,
    accessRequest,
  }: Page & { readonly decided: 'yes' | 'no'; readonly accessRequest?: string | undefined },
) => {
  const caller = callerOf(context)
  const from = decodeCursor(cursor, position)
  const size = Math.min(limit, MAX_REQUESTS)
  return context.transaction(async (transaction) => {
    const found = await list(transaction, { decided: decided === 'yes', accessRequest, from, limit: size + 1 }, caller)
    const { items, next } = pageOfFound(found, { limit: size, keyOf })
    return { items: await decisionItemsOf(transaction, items, caller), next }
  })
}

export const accessRequestHandlers = {
  listRequestableCredentials: async (context, { query: { cursor, limit, search } }) => {
    const asked = {
      user: context.user.id,
      now: context.now(),
      search,
      after: decodeCursor(cursor, namePosition),
      limit: limit + 1,
    }
    const found = await context.transaction((transaction) => requestableCredentials(transaction, asked))
    const shown = found.slice(0, limit)
    const last = shown.at(-1)
    const next = found.length > limit && last !== undefined ? encodeCursor(last.position) : null
    return { items: shown.map(({ item }) => item), next }
  },
  listMyAccessRequests: (context, { query }) => requestsPage(context, { ...query, user: context.user.id }),
  createAccessRequest: (context, { body }) =>
    changing(context, (transaction, caller) =>
      createRequest(transaction, { ...body, startsAt: instantOf(body.startsAt) }, caller),
    ),
  extendAccessRequest: (context, { parameters, body }) =>
    changing(context, (transaction, caller) => extendRequest(transaction, { ...body, id: parameters.accessRequest }, caller)),
  withdrawAccessRequest: async (context, { parameters }) => {
    await context.transaction((transaction) => withdrawRequest(transaction, parameters.accessRequest, callerOf(context)))
    return {}
  },
  openEmergencyAccess: (context, { body }) =>
    changing(context, (transaction, caller) => openEmergency(transaction, body, caller)),
  listApprovals: (context, { query }) => queuePage(context, listApprovals, query),
  approveAccessRequest: (context, { parameters, body }) =>
    changing(context, async (transaction, caller) => {
      const id = parameters.accessRequest
      await approveRequest(transaction, { ...body, id, startsAt: instantOf(body.startsAt) }, caller)
      return id
    }),
  refuseAccessRequest: (context, { parameters, body }) =>
    changing(context, async (transaction, caller) => {
      const id = parameters.accessRequest
      await refuseRequest(transaction, { ...body, id }, caller)
      return id
    }),
  listReviews: (context, { query }) => queuePage(context, listReviews, query),
  reviewEmergencyAccess: (context, { parameters, body }) =>
    changing(context, async (transaction, caller) => {
      const id = parameters.accessRequest
      await reviewEmergency(transaction, { ...body, id }, caller)
      return id
    }),
  listAccessRequests: (context, { query }) => requestsPage(context, query),
  getAccessRequest: (context, { parameters }) =>
    context.transaction(async (transaction) => {
      const request = await findRequest(transaction, parameters.accessRequest)
      if (request === null) throw new SallyportError('not_found')
      const [item] = await decisionItemsOf(transaction, [request], callerOf(context))
      return item!
    }),
  cancelAccessRequest: async (context, { parameters }) => {
    await context.transaction((transaction) => cancelRequest(transaction, parameters.accessRequest, callerOf(context)))
    return {}
  },
} satisfies HandlersOf<
  | 'listRequestableCredentials'
  | 'listMyAccessRequests'
  | 'createAccessRequest'
  | 'extendAccessRequest'
  | 'withdrawAccessRequest'
  | 'openEmergencyAccess'
  | 'listApprovals'
  | 'approveAccessRequest'
  | 'refuseAccessRequest'
  | 'listReviews'
  | 'reviewEmergencyAccess'
  | 'listAccessRequests'
  | 'getAccessRequest'
  | 'cancelAccessRequest'
>
