/** A gateway joins with its one-time token, and renews its certificate. */
import { createHash, randomUUID } from 'node:crypto'
import { SallyportError, toBase64url } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../audit/index.ts'
import {
  type Authority,
  type AuthorityOrganization,
  bumpTrustBundle,
  type IssuedCertificate,
  issueLeaf,
  keyOfCertificateRequest,
} from '../authority/index.ts'
import { findGateway } from '../gateways/index.ts'
import { readOrganization } from '../organizations/index.ts'
import { replaceSites, requireFreeName } from './checks.ts'
import { hashSecret } from './join-token.ts'

export interface JoinRequest {
  readonly pool: Pool
  readonly authority: Authority
  /** The token's secret. */
  readonly secret: Uint8Array
  /** PKCS #10, DER. */
  readonly csr: Uint8Array
  readonly version: string
  /** IP address of the gateway. */
  readonly address: string
}

export interface GatewayCertificate extends IssuedCertificate {
  readonly gateway: string
  readonly organization: AuthorityOrganization
}

const invalid = (): SallyportError => new SallyportError('join_token_invalid')

const fingerprintOf = (publicKey: Uint8Array): string => createHash('sha256').update(publicKey).digest('base64url')

const gatewayActor = (id: string, address: string) => ({ kind: 'gateway', id, device: null, session: null, address }) as const

const lockToken = (transaction: Transaction, secret: Uint8Array) =>
  transaction
    .selectFrom('gateway_join_tokens')
    .selectAll()
    .where('secret_hash', '=', hashSecret(secret))
    .forUpdate()
    .executeTakeFirst()
type Token = NonNullable<Awaited<ReturnType<typeof lockToken>>>

const insertGateway = async (
  transaction: Transaction,
  token: Token,
  gateway: { readonly id: string; readonly publicKey: Uint8Array; readonly version: string; readonly now: number },
): Promise<void> => {
  await requireFreeName(transaction, token.name)
  const known = await transaction
    .selectFrom('gateways')
    .select('id')
    .where('public_key', '=', Buffer.from(gateway.publicKey))
    .executeTakeFirst()
  if (known !== undefined) {
    throw new SallyportError('join_token_invalid', {
      message: 'This key has been a gateway before. Start with a new state folder.',
    })
  }
  const joinedAt = new Date(gateway.now)
  await transaction
    .insertInto('gateways')
    .values({
      id: gateway.id,
      name: token.name,
      kind: token.kind,
      host: token.host,
      port: token.port,
      status: 'joined',
      public_key: Buffer.from(gateway.publicKey),
      version: gateway.version,
      certificate_expires_at: joinedAt,
      joined_at: joinedAt,
    })
    .execute()
  // Sites that were deleted since the token was made are left out.
  const sites = await transaction.selectFrom('sites').select('id').where('id', 'in', token.sites).forKeyShare().execute()
  if (sites.length === 0) throw invalid()
  const served = sites.map(({ id }) => id)
  await replaceSites(transaction, gateway.id, served)
  await transaction
    .updateTable('gateway_join_tokens')
    .set({ used_at: joinedAt, gateway_id: gateway.id })
    .where('id', '=', token.id)
    .execute()
}

const issue = async (
  transaction: Transaction,
  authority: Authority,
  gateway: {
    readonly id: string
    readonly kind: 'gateway' | 'relay'
    readonly publicKey: Uint8Array
    readonly version: string
    readonly organization: AuthorityOrganization
  },
): Promise<IssuedCertificate> => {
  const issued = await issueLeaf(transaction, authority, gateway)
  await transaction
    .updateTable('gateways')
    .set({ certificate_expires_at: issued.expiresAt, version: gateway.version })
    .where('id', '=', gateway.id)
    .execute()
  return issued
}

/** An answer that got lost may be asked for again with the same token, by the same key only, while the token lasts. */
const isSameGateway = async (transaction: Transaction, token: Token, publicKey: Uint8Array): Promise<boolean> => {
  const gateway = token.gateway_id === null ? null : await findGateway(transaction, token.gateway_id)
  return gateway !== null && gateway.status === 'joined' && Buffer.from(publicKey).equals(gateway.publicKey)
}

/**
 * Throws `join_token_invalid` for a token that is unknown, expired or used by another key, `invalid_request` for a request
 * that its key did not sign, `conflict` when the name was taken since.
 */
export const joinGateway = async (request: JoinRequest): Promise<GatewayCertificate> => {
  const { pool, authority, secret, version, address } = request
  const publicKey = await keyOfCertificateRequest(request.csr)
  const { rows } = await sql<{ id: string | null }>`select find_join_token(${hashSecret(secret)}) as id`.execute(pool)
  const organizationId = rows[0]?.id
  if (!organizationId) throw invalid()
  return withOrganization(pool, organizationId, async (transaction) => {
    const now = authority.clock()
    const token = await lockToken(transaction, secret)
    if (token === undefined || token.expires_at.getTime() <= now) throw invalid()
    const again = token.gateway_id !== null
    if (again && !(await isSameGateway(transaction, token, publicKey))) throw invalid()
    const id = token.gateway_id ?? randomUUID()
    const organization = await readOrganization(transaction)
    if (!again) await insertGateway(transaction, token, { id, publicKey, version, now })
    const issued = await issue(transaction, authority, { id, kind: token.kind, publicKey, version, organization })
    await recordAudit(transaction, {
      type: 'gateway.joined',
      actor: gatewayActor(id, address),
      subject: { kind: 'gateway', id },
      details: {
        name: token.name,
        kind: token.kind,
        token: token.id,
        key: fingerprintOf(publicKey),
        publicKey: toBase64url(publicKey),
        version,
        again,
      },
      at: now,
    })
    if (!again) await bumpTrustBundle(transaction, organizationId)
    return { ...issued, gateway: id, organization }
  })
}

export interface RenewalRequest {
  readonly organization: AuthorityOrganization
  readonly gateway: { readonly id: string; readonly kind: 'gateway' | 'relay'; readonly publicKey: Uint8Array }
  readonly authority: Authority
  /** PKCS #10, DER. */
  readonly csr: Uint8Array
  readonly version: string
  readonly address: string
}

/** A new certificate for the same key. Throws `identity_mismatch` for another one, `certificate_revoked` for a revoked gateway. */
export const renewGateway = async (transaction: Transaction, request: RenewalRequest): Promise<GatewayCertificate> => {
  const { organization, gateway, authority, version, address } = request
  const publicKey = await keyOfCertificateRequest(request.csr)
  if (!Buffer.from(publicKey).equals(gateway.publicKey)) {
    throw new SallyportError('identity_mismatch', { message: 'A gateway keeps its key; with another one it joins anew.' })
  }
  const standing = await transaction
    .selectFrom('gateways')
    .select('status')
    .where('id', '=', gateway.id)
    .forUpdate()
    .executeTakeFirst()
  if (standing?.status !== 'joined') throw new SallyportError('certificate_revoked')
  const issued = await issue(transaction, authority, { id: gateway.id, kind: gateway.kind, publicKey, version, organization })
  await recordAudit(transaction, {
    type: 'gateway.renewed',
    actor: gatewayActor(gateway.id, address),
    subject: { kind: 'gateway', id: gateway.id },
    details: { version, expiresAt: issued.expiresAt.toISOString() },
    at: authority.clock(),
  })
  return { ...issued, gateway: gateway.id, organization }
}
