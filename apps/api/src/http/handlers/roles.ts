/** Roles: their permissions, members and credentials. */
import { uuid } from '@sallyport/protocol'
import { z } from 'zod'
import {
  addCredential,
  addMember,
  changeRole,
  createRole,
  deleteRole,
  listRoles,
  removeCredential,
  removeMember,
  requireRole,
  type Role,
  type RoleAuthor,
} from '../../domains/roles/index.ts'
import type { CallerContext } from '../context.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

const position = z.tuple([uuid])

const roleAuthorOf = (context: CallerContext): RoleAuthor => ({ ...authorOf(context), permissions: context.user.permissions })

const answerOf = (role: Role) => ({
  ...role,
  builtIn: role.builtIn !== null,
  permissions: [...role.permissions],
  users: [...role.users],
  credentials: [...role.credentials],
})

export const roleHandlers = {
  listRoles: async (context, { query: { cursor, limit } }) => {
    const [after] = decodeCursor(cursor, position) ?? [null]
    const found = await context.transaction((transaction) => listRoles(transaction, { after, limit: limit + 1 }))
    const { items, next } = pageOfFound(found, { limit, keyOf: ({ id }) => [id] })
    return { items: items.map(answerOf), next }
  },
  createRole: async (context, { body }) =>
    answerOf(await context.transaction((transaction) => createRole(transaction, body, roleAuthorOf(context)))),
  getRole: async (context, { parameters }) =>
    answerOf(await context.transaction((transaction) => requireRole(transaction, parameters.role))),
  changeRole: async (context, { parameters, body }) => {
    const change = { ...body, id: parameters.role }
    return answerOf(await context.transaction((transaction) => changeRole(transaction, change, roleAuthorOf(context))))
  },
  deleteRole: async (context, { parameters }) => {
    await context.transaction((transaction) => deleteRole(transaction, parameters.role, roleAuthorOf(context)))
    return {}
  },
  addRoleMember: async (context, { parameters }) => {
    await context.transaction((transaction) => addMember(transaction, parameters, roleAuthorOf(context)))
    return {}
  },
  removeRoleMember: async (context, { parameters }) => {
    await context.transaction((transaction) => removeMember(transaction, parameters, roleAuthorOf(context)))
    return {}
  },
  addRoleCredential: async (context, { parameters }) => {
    await context.transaction((transaction) => addCredential(transaction, parameters, roleAuthorOf(context)))
    return {}
  },
  removeRoleCredential: async (context, { parameters }) => {
    await context.transaction((transaction) => removeCredential(transaction, parameters, roleAuthorOf(context)))
    return {}
  },
} satisfies HandlersOf<
  | 'listRoles'
  | 'createRole'
  | 'getRole'
  | 'changeRole'
  | 'deleteRole'
  | 'addRoleMember'
  | 'removeRoleMember'
  | 'addRoleCredential'
  | 'removeRoleCredential'
>
