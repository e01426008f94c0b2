/** Service accounts, and the tokens with which they call: `spec/service-accounts.md`. */
import { z } from 'zod'
import { base64urlOf, displayName, keyId, timestamp, uuid } from '../fields.ts'
import { MAX_SERVICE_TOKEN, servicePurpose } from '../service-token.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'

const purposes = z
  .array(servicePurpose)
  .min(1)
  .max(servicePurpose.options.length)
  .refine((list) => new Set(list).size === list.length)

const serviceAccount = z.strictObject({
  id: uuid,
  name: displayName,
  /** Of the key by which it signs. */
  keyId,
  purposes,
  roles: z.array(uuid),
  /** `ended`: its end date has passed. */
  status: z.enum(['active', 'ended', 'revoked']),
  createdAt: timestamp,
  expiresAt: timestamp,
  /** When it was given a token last. */
  lastTokenAt: timestamp.nullable(),
})
export type ServiceAccount = z.infer<typeof serviceAccount>

/** What an account signs to be given a token. */
export const serviceTokenRequest = z.strictObject({ account: uuid, purpose: servicePurpose })

export const serviceAccountRoutes = defineRoutes({
  listServiceAccounts: {
    method: 'GET',
    path: '/v1/service-accounts',
    summary: 'Service accounts, newest first',
    authentication: 'two-signature',
    permission: 'service-accounts.read',
    audit: null,
    query: pageQuery,
    response: pageOf(serviceAccount),
    errors: [],
  },
  createServiceAccount: {
    method: 'POST',
    path: '/v1/service-accounts',
    summary: 'Lets a program call this API under a key of its own',
    authentication: 'two-signature',
    permission: 'service-accounts.write',
    presence: 'recent',
    audit: 'service-account.created',
    body: z.strictObject({
      name: displayName,
      /** SubjectPublicKeyInfo (DER) of a P-256 key; its private half stays with the program. */
      publicKey: base64urlOf(91),
      purposes,
      roles: z.array(uuid).max(32).default([]),
      /** At most 366 days from now. */
      expiresAt: timestamp,
    }),
    response: serviceAccount,
    errors: ['not_found', 'forbidden', 'conflict', 'limit_reached'],
  },
  revokeServiceAccount: {
    method: 'DELETE',
    path: '/v1/service-accounts/{serviceAccount}',
    summary: 'Ends a service account and its tokens at once',
    authentication: 'two-signature',
    permission: 'service-accounts.write',
    audit: 'service-account.revoked',
    parameters: z.strictObject({ serviceAccount: uuid }),
    response: z.strictObject({}),
    errors: ['not_found', 'conflict'],
  },
  createServiceToken: {
    method: 'POST',
    path: '/v1/service-tokens',
    summary: 'Gives a service account a token for one purpose, good together with its key, for five minutes',
    authentication: 'service',
    permission: null,
    audit: 'service-token.issued',
    body: serviceTokenRequest,
    response: z.strictObject({ token: z.string().max(MAX_SERVICE_TOKEN), expiresAt: timestamp }),
    errors: ['wrong_purpose', 'vault_unavailable', 'secret_unavailable'],
    maxBody: 1024,
  },
})
