/** Temporary grants. */
import { timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { createGrant, type Grant, listGrants, revokeGrant } from '../../domains/grants/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.strictObject({ at: timestamp, id: uuid })

const statusOf = (grant: Grant, now: number): 'active' | 'revoked' | 'expired' =>
  grant.ended ?? (grant.expiresAt.getTime() <= now ? 'expired' : 'active')

const answerOf = (grant: Grant, now: number) => ({
  id: grant.id,
  user: grant.user,
  credential: grant.credential,
  device: grant.device,
  reason: grant.reason,
  startsAt: grant.startsAt.toISOString(),
  expiresAt: grant.expiresAt.toISOString(),
  status: statusOf(grant, now),
})

export const grantHandlers = {
  listGrants: async (context, { query: { cursor, limit } }) => {
    const below = decodeCursor(cursor, position)
    const found = await context.transaction((transaction) => listGrants(transaction, { below, limit: limit + 1 }))
    const { items, next } = pageOfFound(found, { limit, keyOf: ({ createdAt, id }) => ({ at: createdAt.toISOString(), id }) })
    return { items: items.map((grant) => answerOf(grant, context.now())), next }
  },
  createGrant: async (context, { body }) => {
    const input = { ...body, expiresAt: new Date(body.expiresAt) }
    const grant = await context.transaction((transaction) => createGrant(transaction, input, authorOf(context)))
    return answerOf(grant, context.now())
  },
  revokeGrant: async (context, { parameters }) => {
    await context.transaction((transaction) => revokeGrant(transaction, parameters.grant, authorOf(context)))
    return {}
  },
} satisfies HandlersOf<'listGrants' | 'createGrant' | 'revokeGrant'>
