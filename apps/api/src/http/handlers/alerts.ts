/** Alerts, for auditors; acknowledged by whoever may. */
import { timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { acknowledgeAlert, listAlerts } from '../../domains/alerts/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.strictObject({ at: timestamp, id: uuid })

export const alertHandlers = {
  listAlerts: async (context, { query: { cursor, limit, state, device } }) => {
    const asked = { before: decodeCursor(cursor, position), limit: limit + 1, state, device }
    const found = await context.transaction((transaction) => listAlerts(transaction, asked))
    return pageOfFound(found, { limit, keyOf: ({ at, id }) => ({ at, id }) })
  },
  acknowledgeAlert: (context, { parameters }) =>
    context.transaction((transaction) =>
      acknowledgeAlert(transaction, { id: parameters.alert, by: context.user.id }, authorOf(context)),
    ),
} satisfies HandlersOf<'listAlerts' | 'acknowledgeAlert'>
