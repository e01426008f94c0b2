/** The organization as an issuer of tokens for third-party stores: what stores read to check one. */
import { createPublicKey } from 'node:crypto'
import { assertNever, SallyportError, type TokenAlgorithm, tokenAlgorithm } from '@sallyport/protocol'
import type { JsonWebKey } from '@sallyport/protocol/api'
import { withOrganization } from '../../db/with-organization.ts'
import { hasOrganization } from '../../domains/organizations/index.ts'
import type { Dependencies } from '../../dependencies.ts'
import type { HandlersOf } from '../handler.ts'
import { tokenIssuerOf } from '../issuer.ts'

const claims = ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti', 'organization', 'gateway', 'session', 'person'] as const
const aboutTheLease = ['lease', 'resource', 'endpoint', 'credential', 'path'] as const

const jsonWebKeyOf = (key: { id: string; algorithm: TokenAlgorithm; publicKey: Uint8Array }): JsonWebKey => {
  const { n, e, x, y } = createPublicKey({ key: Buffer.from(key.publicKey), format: 'der', type: 'spki' }).export({
    format: 'jwk',
  })
  switch (key.algorithm) {
    case 'ES256':
      return { kty: 'EC', crv: 'P-256', x: x!, y: y!, kid: key.id, use: 'sig', alg: 'ES256' }
    case 'RS256':
      return { kty: 'RSA', n: n!, e: e!, kid: key.id, use: 'sig', alg: 'RS256' }
    default:
      return assertNever(key.algorithm)
  }
}

/** Nobody makes keys for organizations that do not exist. */
const requireOrganization = async ({ pool }: Dependencies, id: string): Promise<void> => {
  const exists = await withOrganization(pool, id, (transaction) => hasOrganization(transaction))
  if (!exists) throw new SallyportError('not_found')
}

export const tokenIssuerHandlers = {
  getTokenKeys: ({ dependencies: { vault }, organization }) => vault.tokenKeyState({ organization: organization.id }),
  rotateTokenKeys: ({ dependencies: { vault }, organization, actor }) =>
    vault.rotateTokenKeys({ organization: organization.id, actor }),
  getTokenIssuer: async ({ dependencies }, { parameters: { organization } }) => {
    await requireOrganization(dependencies, organization)
    const issuer = tokenIssuerOf(dependencies.contact, organization)
    return {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [...tokenAlgorithm.options],
      claims_supported: [...claims, ...aboutTheLease],
    }
  },
  getTokenIssuerKeys: async ({ dependencies }, { parameters: { organization } }) => {
    await requireOrganization(dependencies, organization)
    const { keys } = await dependencies.vault.tokenKeys({ organization })
    return { keys: keys.map(jsonWebKeyOf) }
  },
} satisfies HandlersOf<'getTokenKeys' | 'rotateTokenKeys' | 'getTokenIssuer' | 'getTokenIssuerKeys'>
