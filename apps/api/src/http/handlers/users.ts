/** Users and their invitations, as administrators see and change them. */
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import {
  answersOfUsers,
  changeUser,
  createUser,
  deleteUser,
  findUser,
  inviteUser,
  listUsers,
  type User,
  type UserAnswer,
  type UserChanger,
} from '../../domains/users/index.ts'
import type { CallerContext } from '../context.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'

const position = z.tuple([z.string().max(254)])

const changerOf = ({ organization, actor, now }: CallerContext): UserChanger => ({
  organization: organization.id,
  actor,
  now: now(),
})

const answerOf = async (transaction: Transaction, user: User): Promise<UserAnswer> => {
  const [answer] = await answersOfUsers(transaction, [user])
  return answer!
}

export const userHandlers = {
  listUsers: (context, { query: { cursor, limit } }) =>
    context.transaction(async (transaction) => {
      const [after] = decodeCursor(cursor, position) ?? [null]
      const found = await listUsers(transaction, { after, limit: limit + 1 })
      const { items, next } = pageOfFound(found, { limit, keyOf: ({ email }) => [email] })
      return { items: await answersOfUsers(transaction, items), next }
    }),

  createUser: (context, { body }) =>
    context.transaction(async (transaction) => {
      const user = await createUser(transaction, changerOf(context), { ...body, by: context.user.permissions })
      return answerOf(transaction, user)
    }),

  getUser: (context, { parameters }) =>
    context.transaction(async (transaction) => {
      const user = await findUser(transaction, parameters.user)
      if (user === null) throw new SallyportError('not_found')
      return answerOf(transaction, user)
    }),

  changeUser: (context, { parameters, body }) =>
    context.transaction(async (transaction) =>
      answerOf(transaction, await changeUser(transaction, changerOf(context), { id: parameters.user, ...body })),
    ),

  deleteUser: async (context, { parameters }) => {
    await context.transaction((transaction) => deleteUser(transaction, changerOf(context), parameters.user))
    return {}
  },

  createInvitation: async (context, { parameters }) => {
    const { contact, authority } = context.dependencies
    const { organization, actor, user } = context
    const made = await context.transaction((transaction) =>
      inviteUser(transaction, { organization, user: parameters.user, contact, authority, actor, by: user.permissions }),
    )
    return { invitation: made.invitation, link: made.link, expiresAt: made.expiresAt.toISOString() }
  },
} satisfies HandlersOf<'listUsers' | 'createUser' | 'getUser' | 'changeUser' | 'deleteUser' | 'createInvitation'>
