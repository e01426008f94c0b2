/** Alerts, for auditors. */
import { timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { listAlerts } from '../../domains/alerts/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'

const position = z.strictObject({ at: timestamp, id: uuid })

export const alertHandlers = {
  listAlerts: async (context, { query: { cursor, limit } }) => {
    const before = decodeCursor(cursor, position)
    const found = await context.transaction((transaction) => listAlerts(transaction, { before, limit: limit + 1 }))
    return pageOfFound(found, { limit, keyOf: ({ at, id }) => ({ at, id }) })
  },
} satisfies HandlersOf<'listAlerts'>
