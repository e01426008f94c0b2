/** The log, for auditors: read by the log role, which alone may. */
import { logPlace } from '../../links/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'

export const auditHandlers = {
  listAuditEntries: async (context, { query: { cursor, ...query } }) => {
    const below = decodeCursor(cursor, logPlace)
    const { rows } = await context.dependencies.log.listEntries({ ...query, below, organization: context.organization.id })
    const { items, next } = pageOfFound(rows, { limit: query.limit, keyOf: ({ place }) => place })
    return { items: items.map(({ place: _place, ...row }) => row), next }
  },
} satisfies HandlersOf<'listAuditEntries'>
