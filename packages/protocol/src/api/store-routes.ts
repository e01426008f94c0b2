/** Routes of third-party stores, of secrets that lie in them, and of the keys by which stores check tokens. */
import { z } from 'zod'
import { base64urlOf, displayName, keyId, timestamp, uuid } from '../fields.ts'
import { issuerAddress, storeField, storeLocation, storePath, tokenAlgorithm } from '../store.ts'
import { secretAnswer } from './credential-routes.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'

const nothing = z.strictObject({})

export const store = z.strictObject({
  id: uuid,
  name: displayName,
  /** Who signs the tokens that are shown to it: `iss`. */
  issuer: issuerAddress,
  location: storeLocation,
  /** Whether it believes a token that the gateway keeps, instead of one lease's token. */
  gatewayTrusted: z.boolean(),
  createdAt: timestamp,
})
export type Store = z.infer<typeof store>

/** Where a secret lies; the endpoint's digest is of what the administrator was shown: the secret is bound to it. */
const storedSecretBody = z.strictObject({
  resource: uuid,
  endpointDigest: base64urlOf(32),
  store: uuid,
  path: storePath,
  field: storeField,
})

export const tokenKeyState = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        id: keyId,
        algorithm: tokenAlgorithm,
        createdAt: timestamp,
        /** From when on it signs; it is published before. */
        signsFrom: timestamp,
        /** Null: nothing follows it yet. */
        retiresAt: timestamp.nullable(),
      }),
    )
    .max(16),
})
export type TokenKeyState = z.infer<typeof tokenKeyState>

/** A public key (RFC 7517, RFC 7518 §6). */
const jsonWebKey = z.discriminatedUnion('kty', [
  z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: base64urlOf(32),
    y: base64urlOf(32),
    kid: keyId,
    use: z.literal('sig'),
    alg: z.literal('ES256'),
  }),
  z.strictObject({
    kty: z.literal('RSA'),
    n: z.string().max(1024),
    e: z.string().max(16),
    kid: keyId,
    use: z.literal('sig'),
    alg: z.literal('RS256'),
  }),
])
export type JsonWebKey = z.infer<typeof jsonWebKey>

export const storeRoutes = defineRoutes({
  listStores: {
    method: 'GET',
    path: '/v1/stores',
    summary: 'Lists third-party stores',
    authentication: 'two-signature',
    permission: 'resources.read',
    audit: null,
    query: pageQuery,
    response: pageOf(store),
    errors: [],
  },
  createStore: {
    method: 'POST',
    path: '/v1/stores',
    summary: 'Makes a third-party store known; where it is does not change later',
    authentication: 'two-signature',
    permission: 'secrets.write',
    presence: 'recent',
    audit: 'store.created',
    body: z.strictObject({
      name: displayName,
      location: storeLocation,
      /** Absent: the API itself. Another one publishes the same two documents where the store can read them. */
      issuer: issuerAddress.optional(),
    }),
    response: store,
    errors: ['conflict', 'limit_reached'],
    maxBody: 128 * 1024,
  },
  getStore: {
    method: 'GET',
    path: '/v1/stores/{store}',
    summary: 'One third-party store',
    authentication: 'two-signature',
    permission: 'resources.read',
    audit: null,
    parameters: z.strictObject({ store: uuid }),
    response: store,
    errors: ['not_found'],
  },
  changeStore: {
    method: 'PATCH',
    path: '/v1/stores/{store}',
    summary: 'Renames a third-party store',
    authentication: 'two-signature',
    permission: 'secrets.write',
    presence: 'recent',
    audit: 'store.changed',
    parameters: z.strictObject({ store: uuid }),
    body: z.strictObject({ name: displayName }),
    response: store,
    errors: ['not_found', 'conflict'],
  },
  deleteStore: {
    method: 'DELETE',
    path: '/v1/stores/{store}',
    summary: 'Forgets a third-party store that no credential uses',
    authentication: 'two-signature',
    permission: 'secrets.write',
    presence: 'recent',
    audit: 'store.deleted',
    parameters: z.strictObject({ store: uuid }),
    response: nothing,
    errors: ['not_found', 'in_use'],
  },
  createStoredSecret: {
    method: 'POST',
    path: '/v1/stored-secrets',
    summary: 'Notes where in a third-party store a secret lies, for one resource',
    authentication: 'two-signature',
    permission: 'secrets.write',
    presence: 'recent',
    audit: 'secret.created',
    body: storedSecretBody,
    response: secretAnswer,
    errors: ['not_found', 'conflict', 'vault_unavailable'],
  },
  replaceByStoredSecret: {
    method: 'PUT',
    path: '/v1/stored-secrets/{secret}',
    summary: 'Lets a secret be what lies in a third-party store from now on',
    authentication: 'two-signature',
    permission: 'secrets.write',
    presence: 'recent',
    audit: 'secret.replaced',
    parameters: z.strictObject({ secret: uuid }),
    body: storedSecretBody,
    response: secretAnswer,
    errors: ['not_found', 'conflict', 'vault_unavailable'],
  },
  getTokenKeys: {
    method: 'GET',
    path: '/v1/keys/tokens',
    summary: 'Keys that sign the tokens for third-party stores',
    authentication: 'two-signature',
    permission: 'settings.read',
    audit: null,
    response: tokenKeyState,
    errors: ['vault_unavailable'],
  },
  rotateTokenKeys: {
    method: 'POST',
    path: '/v1/keys/tokens/rotation',
    summary: 'Makes new keys that sign tokens at once; those before stay published until their last token is over',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'token-key.rotated',
    response: tokenKeyState,
    errors: ['vault_unavailable', 'limit_reached'],
  },
  getTokenIssuer: {
    method: 'GET',
    path: '/v1/token-issuers/{organization}/.well-known/openid-configuration',
    summary: 'Describes the organization as an issuer of tokens (OpenID Connect Discovery 1.0)',
    authentication: 'public',
    permission: null,
    audit: null,
    parameters: z.strictObject({ organization: uuid }),
    response: z.strictObject({
      issuer: issuerAddress,
      jwks_uri: z.string().max(600),
      response_types_supported: z.tuple([z.literal('id_token')]),
      subject_types_supported: z.tuple([z.literal('public')]),
      id_token_signing_alg_values_supported: z.array(tokenAlgorithm),
      claims_supported: z.array(z.string().max(64)),
    }),
    errors: ['not_found'],
  },
  getTokenIssuerKeys: {
    method: 'GET',
    path: '/v1/token-issuers/{organization}/jwks',
    summary: 'Public keys of the tokens that the organization issues (RFC 7517)',
    authentication: 'public',
    permission: null,
    audit: null,
    parameters: z.strictObject({ organization: uuid }),
    response: z.strictObject({ keys: z.array(jsonWebKey).max(16) }),
    errors: ['not_found', 'vault_unavailable'],
  },
})
