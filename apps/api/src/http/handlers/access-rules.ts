/** The rules of asking for access. */
import { uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { changeRule, createRule, deleteRule, listRules, requireRule, type Rule } from '../../domains/access-requests/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.strictObject({ priority: z.int(), id: uuid })

const answerOf = ({ id, terms, createdAt, changedAt }: Rule) => ({
  ...terms,
  id,
  createdAt: createdAt.toISOString(),
  changedAt: changedAt.toISOString(),
})

export const accessRuleHandlers = {
  listAccessRules: async (context, { query: { cursor, limit } }) => {
    const after = decodeCursor(cursor, position)
    const found = await context.transaction((transaction) => listRules(transaction, { after, limit: limit + 1 }))
    const { items, next } = pageOfFound(found, { limit, keyOf: ({ id, terms }) => ({ priority: terms.priority, id }) })
    return { items: items.map(answerOf), next }
  },
  createAccessRule: async (context, { body }) =>
    answerOf(await context.transaction((transaction) => createRule(transaction, body, authorOf(context)))),
  getAccessRule: async (context, { parameters }) =>
    answerOf(await context.transaction((transaction) => requireRule(transaction, parameters.accessRule))),
  changeAccessRule: async (context, { parameters, body }) =>
    answerOf(
      await context.transaction((transaction) =>
        changeRule(transaction, { ...body, id: parameters.accessRule }, authorOf(context)),
      ),
    ),
  deleteAccessRule: async (context, { parameters }) => {
    await context.transaction((transaction) => deleteRule(transaction, parameters.accessRule, authorOf(context)))
    return {}
  },
} satisfies HandlersOf<'listAccessRules' | 'createAccessRule' | 'getAccessRule' | 'changeAccessRule' | 'deleteAccessRule'>
