/** Credentials: identities on resources, for administrators. */
import { port } from '@sallyport/protocol'
import { z } from 'zod'
import {
  changeCredential,
  createCredential,
  type Credential,
  deleteCredential,
  listCredentials,
  requireCredential,
} from '../../domains/credentials/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.tuple([port])

const answerOf = ({ resourceName: _name, databases, secretEndsAt, ...credential }: Credential) => ({
  ...credential,
  databases: [...databases],
  secretEndsAt: secretEndsAt?.toISOString() ?? null,
})

export const credentialHandlers = {
  listCredentials: async (context, { query: { cursor, limit } }) => {
    const [after] = decodeCursor(cursor, position) ?? [null]
    const found = await context.transaction((transaction) => listCredentials(transaction, { after, limit: limit + 1 }))
    const { items, next } = pageOfFound(found, { limit, keyOf: (credential) => [credential.port] })
    return { items: items.map(answerOf), next }
  },
  createCredential: async (context, { body }) => {
    const wish = { ...body, port: body.port ?? null, ports: context.organization.settings.ports }
    return answerOf(await context.transaction((transaction) => createCredential(transaction, wish, authorOf(context))))
  },
  getCredential: async (context, { parameters }) =>
    answerOf(await context.transaction((transaction) => requireCredential(transaction, parameters.credential))),
  changeCredential: async (context, { parameters, body }) => {
    const change = { ...body, id: parameters.credential, ports: context.organization.settings.ports }
    return answerOf(await context.transaction((transaction) => changeCredential(transaction, change, authorOf(context))))
  },
  deleteCredential: async (context, { parameters }) => {
    await context.transaction((transaction) => deleteCredential(transaction, parameters.credential, authorOf(context)))
    return {}
  },
} satisfies HandlersOf<'listCredentials' | 'createCredential' | 'getCredential' | 'changeCredential' | 'deleteCredential'>
