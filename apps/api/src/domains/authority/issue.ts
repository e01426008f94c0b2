/** Certificates of sessions, gateways and relays. */
import { formatIdentity, type Identity } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { buildCertificate } from './certificate.ts'
import { lifetimes } from './names.ts'
import { type Authority, type AuthorityOrganization, ensureAuthority, issuerKeyOf } from './organization-authority.ts'

export interface LeafRequest {
  readonly organization: AuthorityOrganization
  readonly kind: Identity['kind'] & ('session' | 'gateway' | 'relay')
  /** Of the session, gateway or relay. */
  readonly id: string
  /** SubjectPublicKeyInfo, proven by `keyOfCertificateRequest`. */
  readonly publicKey: Uint8Array
  /** Milliseconds since 1970 beyond which it must not last; absent: only the kind's own lifetime counts. */
  readonly notAfter?: number
}

export interface IssuedCertificate {
  /** DER: the leaf, then the issuer. */
  readonly certificates: readonly Uint8Array[]
  readonly expiresAt: Date
}

/** 1 hour for sessions unless the authority says otherwise, 24 hours for gateways and relays. The identity is the only name in it. */
export const issueLeaf = async (
  transaction: Transaction,
  authority: Authority,
  request: LeafRequest,
): Promise<IssuedCertificate> => {
  const { organization, kind, id, publicKey } = request
  const { issuer } = await ensureAuthority(transaction, authority, organization)
  const now = authority.clock()
  const lifetime = kind === 'session' ? (authority.sessionLifetime ?? lifetimes.session) : lifetimes.gateway
  // Whole seconds, as certificates have them.
  const notAfter = Math.floor(Math.min(now + lifetime, request.notAfter ?? Infinity, issuer.expiresAt.getTime()) / 1000) * 1000
  const leaf = await buildCertificate(authority.signer, {
    profile: {
      kind: 'leaf',
      names: [{ type: 'url', value: formatIdentity({ trustDomain: organization.trustDomain, kind, id }) }],
    },
    subject: `${kind} ${id}`,
    publicKey,
    issuer: issuer.certificate,
    signingKey: issuerKeyOf(organization.id, issuer.keyId),
    now,
    notAfter,
  })
  return { certificates: [leaf, issuer.certificate], expiresAt: new Date(notAfter) }
}
