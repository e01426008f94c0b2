/** Service accounts, for administrators; and their tokens, for themselves. */
import { fromBase64url, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { createServiceAccount, listServiceAccounts, revokeServiceAccount } from '../../domains/service-accounts/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { tokenIssuerOf } from '../issuer.ts'
import { authorOf } from './author.ts'

const position = z.tuple([z.iso.datetime({ precision: 3 }), uuid])

/** What the signature covers, and the signature: the vault needs no more of a call, and gets no more. */
const signedFields = ['content-type', 'content-digest', 'authorization', 'signature-input', 'signature']

export const serviceAccountHandlers = {
  listServiceAccounts: async (context, { query: { cursor, limit } }) => {
    const last = decodeCursor(cursor, position)
    const after = last === null ? null : { createdAt: new Date(last[0]), id: last[1] }
    const page = { after, limit: limit + 1, now: context.now() }
    const found = await context.transaction((transaction) => listServiceAccounts(transaction, page))
    return pageOfFound(found, { limit, keyOf: ({ createdAt, id }) => [createdAt, id] })
  },
  createServiceAccount: (context, { body }) => {
    const account = { ...body, publicKey: fromBase64url(body.publicKey), expiresAt: new Date(body.expiresAt) }
    const author = { ...authorOf(context), permissions: context.user.permissions }
    return context.transaction((transaction) => createServiceAccount(transaction, account, author))
  },
  revokeServiceAccount: async (context, { parameters }) => {
    await context.transaction((transaction) => revokeServiceAccount(transaction, parameters.serviceAccount, authorOf(context)))
    return {}
  },
  createServiceToken: ({ dependencies: { vault, contact }, organization, address, call }) => {
    const fields = Object.fromEntries(Object.entries(call.fields).filter(([name]) => signedFields.includes(name)))
    return vault.issueServiceToken({
      organization: organization.id,
      issuer: tokenIssuerOf(contact, organization.id),
      address,
      request: { method: call.method, targetUri: call.targetUri, fields, body: call.body },
    })
  },
} satisfies HandlersOf<'listServiceAccounts' | 'createServiceAccount' | 'revokeServiceAccount' | 'createServiceToken'>
