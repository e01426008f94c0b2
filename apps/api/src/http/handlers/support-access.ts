/** Support access, for administrators who open it and look at what was opened. */
import { uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { endSupportAccess, listSupportAccess, openSupportAccess } from '../../domains/support-access/index.ts'
import { inviteUser } from '../../domains/users/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.tuple([z.iso.datetime({ precision: 3 }), uuid])

export const supportAccessHandlers = {
  listSupportAccess: async (context, { query: { cursor, limit } }) => {
    const last = decodeCursor(cursor, position)
    const before = last === null ? null : { openedAt: last[0], id: last[1] }
    const found = await context.transaction((transaction) => listSupportAccess(transaction, { before, limit: limit + 1 }))
    return pageOfFound(found, { limit, keyOf: ({ openedAt, id }) => [openedAt, id] })
  },

  openSupportAccess: (context, { body }) => {
    const { organization, actor, user, dependencies } = context
    const { contact, authority } = dependencies
    return context.transaction(async (transaction) => {
      const access = await openSupportAccess(transaction, { ...body, opener: user }, authorOf(context))
      const invitee = { organization, user: access.id, contact, authority, actor, by: user.permissions }
      const { invitation, link } = await inviteUser(transaction, invitee)
      return { access, invitation, link }
    })
  },

  endSupportAccess: async (context, { parameters }) => {
    const ended = { id: parameters.supportAccess, by: context.user.id }
    await context.transaction((transaction) => endSupportAccess(transaction, ended, authorOf(context)))
    return {}
  },
} satisfies HandlersOf<'listSupportAccess' | 'openSupportAccess' | 'endSupportAccess'>
