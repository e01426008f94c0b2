/** Routes of credentials and the secrets that they use. */
import { z } from 'zod'
import { base64urlOf, foreignName, keyId, port, slug, timestamp, uuid } from '../fields.ts'
import { sealed } from '../sealing.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

const nothing = z.strictObject({})

/** A secret on its way in: a credential plaintext sealed by the client under {@link secretInfo}. */
const secretBody = z.strictObject({
  resource: uuid,
  /** Digest of the endpoint that the client was shown: the secret is bound to it. */
  endpointDigest: base64urlOf(32),
  vaultKey: keyId,
  sealed,
})
export const secretAnswer = z.strictObject({
  id: uuid,
  resource: uuid,
  version: z.int().positive(),
  bound: z.boolean(),
  createdAt: timestamp,
})

export const credentialRoutes = defineRoutes({
  listCredentials: {
    method: 'GET',
    path: '/v1/credentials',
    summary: 'Lists credentials',
    authentication: 'two-signature',
    permission: 'resources.read',
    purposes: ['api'],
    audit: null,
    query: pageQuery,
    response: pageOf(schemas.credential),
    errors: [],
  },
  createCredential: {
    method: 'POST',
    path: '/v1/credentials',
    summary: 'Makes a credential',
    authentication: 'two-signature',
    permission: 'resources.write',
    purposes: ['api'],
    audit: 'credential.created',
    body: z.strictObject({
      resource: uuid,
      name: slug,
      userName: foreignName,
      secret: uuid,
      databases: z.array(foreignName).max(256).default([]),
      port: port.optional(),
      exclusive: z.boolean().default(false),
    }),
    response: schemas.credential,
    errors: ['conflict', 'not_found', 'limit_reached'],
  },
  getCredential: {
    method: 'GET',
    path: '/v1/credentials/{credential}',
    summary: 'One credential',
    authentication: 'two-signature',
    permission: 'resources.read',
    purposes: ['api'],
    audit: null,
    parameters: z.strictObject({ credential: uuid }),
    response: schemas.credential,
    errors: ['not_found'],
  },
  changeCredential: {
    method: 'PATCH',
    path: '/v1/credentials/{credential}',
    summary: 'Changes a credential',
    authentication: 'two-signature',
    permission: 'resources.write',
    presence: 'recent',
    audit: 'credential.changed',
    parameters: z.strictObject({ credential: uuid }),
    body: z
      .strictObject({
        name: slug,
        userName: foreignName,
        databases: z.array(foreignName).max(256),
        port,
        exclusive: z.boolean(),
      })
      .partial(),
    response: schemas.credential,
    errors: ['not_found', 'conflict'],
  },
  deleteCredential: {
    method: 'DELETE',
    path: '/v1/credentials/{credential}',
    summary: 'Deletes a credential',
    authentication: 'two-signature',
    permission: 'resources.write',
    purposes: ['api'],
    audit: 'credential.deleted',
    parameters: z.strictObject({ credential: uuid }),
    response: nothing,
    errors: ['not_found'],
  },
  createSecret: {
    method: 'POST',
    path: '/v1/secrets',
    summary: 'Stores a secret, sealed to the vault key, for one resource',
    authentication: 'two-signature',
    permission: 'secrets.write',
    presence: 'recent',
    audit: 'secret.created',
    body: secretBody,
    response: secretAnswer,
    errors: ['not_found', 'unseal_failed', 'vault_unavailable'],
    maxBody: 256 * 1024,
  },
  replaceSecret: {
    method: 'PUT',
    path: '/v1/secrets/{secret}',
    summary: 'Stores a new version of a secret',
    authentication: 'two-signature',
    permission: 'secrets.write',
    presence: 'recent',
    audit: 'secret.replaced',
    parameters: z.strictObject({ secret: uuid }),
    body: secretBody,
    response: secretAnswer,
    errors: ['not_found', 'unseal_failed', 'vault_unavailable'],
    maxBody: 256 * 1024,
  },
  bindSecret: {
    method: 'POST',
    path: '/v1/secrets/{secret}/bindings',
    summary: 'Binds a secret to the present endpoint of its resource, after the endpoint changed',
    authentication: 'two-signature',
    permission: 'secrets.write',
    presence: 'recent',
    audit: 'secret.bound',
    parameters: z.strictObject({ secret: uuid }),
    body: z.strictObject({ endpointDigest: base64urlOf(32) }),
    response: secretAnswer,
    errors: ['not_found', 'conflict', 'vault_unavailable'],
  },
})
