/** Routes of temporary grants, and why somebody may or may not lease a credential. */
import { z } from 'zod'
import { textUpTo, timestamp, uuid } from '../fields.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

const nothing = z.strictObject({})

export const grantRoutes = defineRoutes({
  listGrants: {
    method: 'GET',
    path: '/v1/grants',
    summary: 'Lists temporary grants',
    authentication: 'two-signature',
    permission: 'grants.read',
    audit: null,
    query: pageQuery,
    response: pageOf(schemas.grant),
    errors: [],
  },
  createGrant: {
    method: 'POST',
    path: '/v1/grants',
    summary: 'Lets one user lease one credential until a time',
    authentication: 'two-signature',
    permission: 'grants.write',
    presence: 'recent',
    audit: 'grant.created',
    body: z.strictObject({ user: uuid, credential: uuid, reason: textUpTo(1000).default(''), expiresAt: timestamp }),
    response: schemas.grant,
    errors: ['not_found'],
  },
  revokeGrant: {
    method: 'DELETE',
    path: '/v1/grants/{grant}',
    summary: 'Ends a temporary grant and the connections it allowed',
    authentication: 'two-signature',
    permission: 'grants.write',
    audit: 'grant.revoked',
    parameters: z.strictObject({ grant: uuid }),
    response: nothing,
    errors: ['not_found', 'conflict'],
  },
  explainAccess: {
    method: 'GET',
    path: '/v1/access/explanations',
    summary: 'Why a user may or may not lease a credential',
    authentication: 'two-signature',
    permission: 'roles.read',
    audit: null,
    query: z.strictObject({ user: uuid, credential: uuid }),
    response: schemas.explanation,
    errors: ['not_found'],
  },
})
