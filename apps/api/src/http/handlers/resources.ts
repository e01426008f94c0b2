/** Resources: what there is to reach. */
import { displayName } from '@sallyport/protocol'
import { z } from 'zod'
import {
  changeResource,
  createResource,
  deleteResource,
  listResources,
  requireResource,
  type Resource,
} from '../../domains/resources/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.tuple([displayName])

const answerOf = ({ endpointDigest: _digest, tags, ...resource }: Resource) => ({ ...resource, tags: [...tags] })

export const resourceHandlers = {
  listResources: async (context, { query: { cursor, limit } }) => {
    const [after] = decodeCursor(cursor, position) ?? [null]
    const found = await context.transaction((transaction) => listResources(transaction, { after, limit: limit + 1 }))
    const { items, next } = pageOfFound(found, { limit, keyOf: ({ name }) => [name] })
    return { items: items.map(answerOf), next }
  },
  createResource: async (context, { body }) =>
    answerOf(await context.transaction((transaction) => createResource(transaction, body, authorOf(context)))),
  getResource: async (context, { parameters }) =>
    answerOf(await context.transaction((transaction) => requireResource(transaction, parameters.resource))),
  changeResource: async (context, { parameters, body }) => {
    const change = { ...body, id: parameters.resource }
    return answerOf(await context.transaction((transaction) => changeResource(transaction, change, authorOf(context))))
  },
  deleteResource: async (context, { parameters }) => {
    await context.transaction((transaction) => deleteResource(transaction, parameters.resource, authorOf(context)))
    return {}
  },
} satisfies HandlersOf<'listResources' | 'createResource' | 'getResource' | 'changeResource' | 'deleteResource'>
