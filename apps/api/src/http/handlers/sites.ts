/** Sites: where resources are. */
import { displayName, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { changeSite, createSite, deleteSite, listSites, requireSite } from '../../domains/sites/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.strictObject({ name: displayName, id: uuid })

export const siteHandlers = {
  listSites: async (context, { query: { cursor, limit } }) => {
    const after = decodeCursor(cursor, position)
    const found = await context.transaction((transaction) => listSites(transaction, { after, limit: limit + 1 }))
    return pageOfFound(found, { limit, keyOf: ({ id, name }) => ({ id, name }) })
  },
  createSite: (context, { body }) => context.transaction((transaction) => createSite(transaction, body.name, authorOf(context))),
  getSite: (context, { parameters }) => context.transaction((transaction) => requireSite(transaction, parameters.site)),
  changeSite: (context, { parameters, body }) =>
    context.transaction((transaction) => changeSite(transaction, { id: parameters.site, name: body.name }, authorOf(context))),
  deleteSite: async (context, { parameters }) => {
    await context.transaction((transaction) => deleteSite(transaction, parameters.site, authorOf(context)))
    return {}
  },
} satisfies HandlersOf<'listSites' | 'createSite' | 'getSite' | 'changeSite' | 'deleteSite'>
