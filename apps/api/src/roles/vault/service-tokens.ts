/**
 * Tokens for service accounts. The vault verifies the account's own signature and the account's standing itself: whoever holds
 * the API role cannot have a token made for an account whose key they do not have. A token opens nothing here.
 */
import { randomUUID, sign } from 'node:crypto'
import {
  fromUtf8,
  type HttpCall,
  SallyportError,
  serviceAudience,
  serviceTokenInput,
  SERVICE_TOKEN_LIFETIME,
  thumbprintOf,
  utf8,
  verifyCall,
} from '@sallyport/protocol'
import { serviceAccountRoutes, serviceTokenRequest } from '@sallyport/protocol/api'
import type { z } from 'zod'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import { findServiceAccount, type ServiceAccountRow, statusOfServiceAccount } from '../../domains/service-accounts/index.ts'
import type { VaultLink } from '../../links/index.ts'
import type { VaultParts } from './parts.ts'
import type { TokenKeys } from './token-keys.ts'

type Asked = z.infer<typeof serviceTokenRequest>

const readRequest = ({ method, targetUri, body }: HttpCall): Asked => {
  const { createServiceToken: route } = serviceAccountRoutes
  const isForToken = method === route.method && URL.canParse(targetUri) && new URL(targetUri).pathname === route.path
  if (!isForToken) throw new SallyportError('signature_invalid')
  try {
    return serviceTokenRequest.parse(JSON.parse(fromUtf8(body)))
  } catch (cause) {
    throw new SallyportError('invalid_request', { details: ['body'], cause })
  }
}

const requireStanding = (account: ServiceAccountRow | null, { purpose }: Asked, now: number): ServiceAccountRow => {
  if (account === null) throw new SallyportError('service_account_unknown')
  if (statusOfServiceAccount(account, now) !== 'active') throw new SallyportError('service_account_ended')
  if (!account.purposes.includes(purpose)) throw new SallyportError('wrong_purpose')
  return account
}

export const serviceTokens = (
  { pool, clock }: Pick<VaultParts, 'pool' | 'clock'>,
  keys: Pick<TokenKeys, 'withSigningKey'>,
): Pick<VaultLink, 'issueServiceToken'> => ({
  async issueServiceToken({ organization, issuer, address, request }) {
    const asked = readRequest(request)
    const now = clock()
    const account = await withOrganization(pool, organization, async (transaction) =>
      requireStanding(await findServiceAccount(transaction, asked.account), asked, now),
    )
    const publicKey = new Uint8Array(account.publicKey)
    // The nonce is spent by the API; what a replay of this would give is of no use without the key.
    await verifyCall(request, {
      labels: ['service'],
      now: Math.floor(now / 1000),
      keyFor: () => Promise.resolve({ algorithm: 'ecdsa-p256-sha256', publicKey }),
    })
    const issuedAt = Math.floor(now / 1000)
    const expiresAt = Math.floor(Math.min(now + SERVICE_TOKEN_LIFETIME, account.expiresAt.getTime()) / 1000)
    const claims = {
      iss: issuer,
      sub: account.id,
      aud: serviceAudience(organization, asked.purpose),
      iat: issuedAt,
      exp: expiresAt,
      jti: randomUUID(),
      cnf: { jkt: await thumbprintOf(publicKey) },
    }
    const token = await keys.withSigningKey(organization, 'ES256', (key, kid) => {
      const input = serviceTokenInput(kid, claims)
      return `${input}.${sign('sha256', utf8(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    })
    await withOrganization(pool, organization, async (transaction) => {
      await transaction
        .updateTable('service_accounts')
        .set({ last_token_at: new Date(now) })
        .where('id', '=', account.id)
        .execute()
      await recordAudit(transaction, {
        type: 'service-token.issued',
        actor: { kind: 'service', id: account.id, device: null, session: null, address },
        subject: { kind: 'service-account', id: account.id },
        details: { purpose: asked.purpose, token: claims.jti, expiresAt: new Date(expiresAt * 1000).toISOString() },
      })
    })
    return { token, expiresAt: new Date(expiresAt * 1000).toISOString() }
  },
})
