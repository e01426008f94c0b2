/** Connections that are open now, for administrators. */
import { timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { endConnection, openConnections } from '../../domains/connections/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.strictObject({ at: timestamp, id: uuid })

export const connectionHandlers = {
  listConnections: async (context, { query: { cursor, limit, ...filter } }) => {
    const options = { filter, below: decodeCursor(cursor, position), limit: limit + 1, now: context.now() }
    const found = await context.transaction((transaction) => openConnections(transaction, options))
    return pageOfFound(found, { limit, keyOf: ({ openedAt, id }) => ({ at: openedAt, id }) })
  },
  endConnection: async (context, { parameters: { connection } }) => {
    await context.transaction((transaction) => endConnection(transaction, connection, authorOf(context)))
    return {}
  },
} satisfies HandlersOf<'listConnections' | 'endConnection'>
