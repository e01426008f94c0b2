/** What was done on resources, for auditors. */
import { timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { findActivity, isFullPage, openActivity } from '../../domains/activity/index.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'

const position = z.strictObject({ at: timestamp, stream: uuid, number: z.int().nonnegative() })

export const activityHandlers = {
  listActivity: async (context, { query }) => {
    const { cursor, limit, ...filter } = query
    const below = decodeCursor(cursor, position)
    const found = await context.transaction((transaction) => findActivity(transaction, { filter, below, limit: limit + 1 }))
    const items = found.slice(0, limit)
    const last = items.at(-1)
    const isMore = found.length > limit || isFullPage(found)
    const next = isMore && last !== undefined ? encodeCursor(last.position) : null
    const keys = context.dependencies.activityKeys
    return { items: await openActivity(items, { organization: context.organization.id, keys }), next }
  },
} satisfies HandlersOf<'listActivity'>
