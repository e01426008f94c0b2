/** Third-party stores, and secrets that lie in them: only where, never what. */
import { displayName, isGatewayTrusted, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { createStore, deleteStore, listStores, renameStore, requireStore, type Store } from '../../domains/stores/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { tokenIssuerOf } from '../issuer.ts'
import { authorOf } from './author.ts'

const position = z.strictObject({ name: displayName, id: uuid })

const answerOf = ({ createdAt, ...store }: Store) => ({
  ...store,
  gatewayTrusted: isGatewayTrusted(store.location),
  createdAt: createdAt.toISOString(),
})

export const storeHandlers = {
  listStores: async (context, { query: { cursor, limit } }) => {
    const after = decodeCursor(cursor, position)
    const found = await context.transaction((transaction) => listStores(transaction, { after, limit: limit + 1 }))
    const { items, next } = pageOfFound(found, { limit, keyOf: ({ id, name }) => ({ id, name }) })
    return { items: items.map(answerOf), next }
  },
  createStore: async (context, { body }) => {
    const issuer = body.issuer ?? tokenIssuerOf(context.dependencies.contact, context.organization.id)
    const store = { name: body.name, location: body.location, issuer }
    return answerOf(await context.transaction((transaction) => createStore(transaction, store, authorOf(context))))
  },
  getStore: async (context, { parameters }) =>
    answerOf(await context.transaction((transaction) => requireStore(transaction, parameters.store))),
  changeStore: async (context, { parameters, body }) => {
    const change = { id: parameters.store, name: body.name }
    return answerOf(await context.transaction((transaction) => renameStore(transaction, change, authorOf(context))))
  },
  deleteStore: async (context, { parameters }) => {
    await context.transaction((transaction) => deleteStore(transaction, parameters.store, authorOf(context)))
    return {}
  },
  createStoredSecret: ({ dependencies: { vault }, organization, actor }, { body }) =>
    vault.createStoredSecret({ ...body, organization: organization.id, actor }),
  replaceByStoredSecret: ({ dependencies: { vault }, organization, actor }, { parameters, body }) =>
    vault.replaceByStoredSecret({ ...body, secret: parameters.secret, organization: organization.id, actor }),
} satisfies HandlersOf<
  'listStores' | 'createStore' | 'getStore' | 'changeStore' | 'deleteStore' | 'createStoredSecret' | 'replaceByStoredSecret'
>
