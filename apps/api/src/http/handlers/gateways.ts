/** Gateways as administrators see and change them. */
import { uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { changeGateway, createJoinToken, revokeGateway } from '../../domains/gateway-enrolment/index.ts'
import { answerOfGateway, listGateways } from '../../domains/gateways/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'

const position = z.tuple([uuid])

export const gatewayHandlers = {
  listGateways: async (context, { query: { cursor, limit } }) => {
    const [after] = decodeCursor(cursor, position) ?? [null]
    const found = await context.transaction((transaction) => listGateways(transaction, { after, limit: limit + 1 }))
    const { items, next } = pageOfFound(found, { limit, keyOf: ({ id }) => [id] })
    return { items: items.map((gateway) => answerOfGateway(gateway, context.now())), next }
  },

  createJoinToken: async (context, { body }) => {
    const { contact, authority } = context.dependencies
    const { organization, actor } = context
    const made = await context.transaction((transaction) =>
      createJoinToken(transaction, { organization, gateway: body, contact, authority, actor }),
    )
    return { token: made.token, expiresAt: made.expiresAt.toISOString() }
  },

  changeGateway: async (context, { parameters, body }) => {
    const { organization, actor, now } = context
    const gateway = await context.transaction((transaction) =>
      changeGateway(transaction, {
        organization: organization.id,
        gateway: parameters.gateway,
        change: body,
        actor,
        now: now(),
      }),
    )
    return answerOfGateway(gateway, now())
  },

  revokeGateway: async (context, { parameters }) => {
    const { organization, actor, now } = context
    await context.transaction((transaction) =>
      revokeGateway(transaction, { organization: organization.id, gateway: parameters.gateway, actor, now: now() }),
    )
    return {}
  },
} satisfies HandlersOf<'listGateways' | 'createJoinToken' | 'changeGateway' | 'revokeGateway'>
