/** Join tokens: handed to whoever sets up a gateway, by another way than the network; good once, for an hour. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { encodeJoinToken, toBase64url } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { type Authority, ensureAuthority } from '../authority/index.ts'
import { checkAddress, requireFreeName, requireSites } from './checks.ts'

const LIFETIME = 3_600_000
const SECRET_BYTES = 32

export const hashSecret = (secret: Uint8Array): Buffer => createHash('sha256').update(secret).digest()

export interface JoinTokenRequest {
  readonly organization: { readonly id: string; readonly slug: string; readonly trustDomain: string }
  readonly gateway: {
    readonly name: string
    readonly kind: 'gateway' | 'relay'
    readonly sites: readonly string[]
    readonly address: { readonly host: string; readonly port: number } | null
  }
  /** How the gateway makes first contact. */
  readonly contact: {
    readonly origins: { readonly public: string; readonly gateway: string }
    readonly apiRoot: Uint8Array | null
  }
  readonly authority: Authority
  readonly actor: AuditActor
}

export interface NewJoinToken {
  /** Shown once: only a hash of its secret is kept. */
  readonly token: string
  readonly expiresAt: Date
}

/** Throws `not_found` for a site that does not exist, `conflict` for a name that is taken, `invalid_request` for a gateway's missing address or a relay's. */
export const createJoinToken = async (transaction: Transaction, request: JoinTokenRequest): Promise<NewJoinToken> => {
  const { organization, gateway, contact, authority, actor } = request
  checkAddress(gateway.kind, gateway.address)
  await requireSites(transaction, gateway.sites)
  await requireFreeName(transaction, gateway.name)
  const { root } = await ensureAuthority(transaction, authority, organization)
  const secret = randomBytes(SECRET_BYTES)
  const [id, now] = [randomUUID(), authority.clock()]
  const expiresAt = new Date(now + LIFETIME)
  await transaction
    .insertInto('gateway_join_tokens')
    .values({
      id,
      secret_hash: hashSecret(secret),
      name: gateway.name,
      kind: gateway.kind,
      sites: [...new Set(gateway.sites)],
      host: gateway.address?.host ?? null,
      port: gateway.address?.port ?? null,
      created_at: new Date(now),
      expires_at: expiresAt,
    })
    .execute()
  await recordAudit(transaction, {
    type: 'gateway.join-token-created',
    actor,
    subject: { kind: 'join-token', id },
    details: { ...gateway, sites: [...gateway.sites], address: gateway.address === null ? null : { ...gateway.address } },
    at: now,
  })
  const token = encodeJoinToken({
    version: 1,
    api: contact.origins.public,
    apiRoot: contact.apiRoot === null ? null : toBase64url(contact.apiRoot),
    organization: organization.slug,
    rootFingerprint: toBase64url(createHash('sha256').update(root.certificate).digest()),
    gatewayApi: contact.origins.gateway,
    secret: toBase64url(secret),
  })
  return { token, expiresAt }
}

/** Deletes tokens that expired before, `limit` at most. Returns how many. */
export const dropOldJoinTokens = async (
  transaction: Transaction,
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<number> => {
  const { numDeletedRows } = await transaction
    .deleteFrom('gateway_join_tokens')
    .where('id', 'in', (old) =>
      old.selectFrom('gateway_join_tokens').select('id').where('expires_at', '<', new Date(before)).limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
