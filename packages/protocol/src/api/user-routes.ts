/** Routes of users and their invitations. */
import { z } from 'zod'
import { displayName, email, timestamp, uuid } from '../fields.ts'
import { MAX_INVITATION_TEXT } from '../invitation.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

const nothing = z.strictObject({})

export const userRoutes = defineRoutes({
  listUsers: {
    method: 'GET',
    path: '/v1/users',
    summary: 'Lists users',
    authentication: 'two-signature',
    permission: 'users.read',
    audit: null,
    query: pageQuery,
    response: pageOf(schemas.user),
    errors: [],
  },
  createUser: {
    method: 'POST',
    path: '/v1/users',
    summary: 'Makes a user',
    authentication: 'two-signature',
    permission: 'users.write',
    presence: 'recent',
    audit: 'user.created',
    body: z.strictObject({ email, firstName: displayName, lastName: displayName, roles: z.array(uuid).max(64).default([]) }),
    response: schemas.user,
    errors: ['conflict', 'not_found', 'limit_reached'],
  },
  getUser: {
    method: 'GET',
    path: '/v1/users/{user}',
    summary: 'One user',
    authentication: 'two-signature',
    permission: 'users.read',
    audit: null,
    parameters: z.strictObject({ user: uuid }),
    response: schemas.user,
    errors: ['not_found'],
  },
  changeUser: {
    method: 'PATCH',
    path: '/v1/users/{user}',
    summary: 'Changes a user',
    authentication: 'two-signature',
    permission: 'users.write',
    presence: 'recent',
    audit: 'user.changed',
    parameters: z.strictObject({ user: uuid }),
    body: z.strictObject({ firstName: displayName, lastName: displayName, status: z.enum(['active', 'disabled']) }).partial(),
    response: schemas.user,
    errors: ['not_found', 'conflict'],
  },
  deleteUser: {
    method: 'DELETE',
    path: '/v1/users/{user}',
    summary: 'Deletes a user',
    authentication: 'two-signature',
    permission: 'users.write',
    audit: 'user.deleted',
    parameters: z.strictObject({ user: uuid }),
    response: nothing,
    errors: ['not_found', 'in_use'],
  },
  createInvitation: {
    method: 'POST',
    path: '/v1/users/{user}/invitations',
    summary: 'A one-time invitation; replaces an earlier one. The code is shown once',
    authentication: 'two-signature',
    permission: 'users.write',
    presence: 'recent',
    audit: 'invitation.created',
    parameters: z.strictObject({ user: uuid }),
    response: z.strictObject({
      invitation: z.string().max(MAX_INVITATION_TEXT),
      /** A page that says what to do with it; the invitation is in the fragment, which browsers send nowhere. */
      link: z.string().max(MAX_INVITATION_TEXT + 600),
      expiresAt: timestamp,
    }),
    errors: ['not_found', 'conflict'],
  },
})
