/** An organization's own authority: its root and its issuers. */
import { randomUUID } from 'node:crypto'
import { keyIdOf } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { bumpTrustBundle } from './bump.ts'
import { buildCertificate } from './certificate.ts'
import { ISSUER_RENEWAL, lifetimes } from './names.ts'
import type { AuthoritySigner } from './signer.ts'

export interface Authority {
  readonly signer: AuthoritySigner
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Milliseconds that certificates of sessions last; one hour if absent. */
  readonly sessionLifetime?: number
}

export interface AuthorityOrganization {
  readonly id: string
  readonly trustDomain: string
}

export interface StoredCertificate {
  /** DER. */
  readonly certificate: Uint8Array
  readonly expiresAt: Date
}

type Kind = 'root' | 'issuer'

/** Newest first, without the expired. */
export const listCertificates = async (transaction: Transaction, kind: Kind, now: number): Promise<StoredCertificate[]> => {
  const rows = await transaction
    .selectFrom('authority_certificates')
    .select(['certificate', 'expires_at'])
    .where('kind', '=', kind)
    .where('expires_at', '>', new Date(now))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ certificate: new Uint8Array(row.certificate), expiresAt: row.expires_at }))
}

const store = async (
  transaction: Transaction,
  certificate: {
    readonly kind: Kind
    readonly keyId: string
    readonly der: Uint8Array
    readonly now: number
    readonly notAfter: number
  },
): Promise<StoredCertificate> => {
  const expiresAt = new Date(certificate.notAfter)
  await transaction
    .insertInto('authority_certificates')
    .values({
      id: randomUUID(),
      kind: certificate.kind,
      key_id: certificate.keyId,
      certificate: Buffer.from(certificate.der),
      created_at: new Date(certificate.now),
      expires_at: expiresAt,
    })
    .execute()
  return { certificate: certificate.der, expiresAt }
}

const trustDomainName = (trustDomain: string) => [{ type: 'url', value: `spiffe://${trustDomain}` }] as const

const createRoot = async (
  transaction: Transaction,
  authority: Authority,
  organization: AuthorityOrganization,
): Promise<StoredCertificate> => {
  const key = { scope: 'organization', organization: organization.id, name: 'root' } as const
  const publicKey = await authority.signer.publicKey(key)
  const now = authority.clock()
  const notAfter = now + lifetimes.root
  const der = await buildCertificate(authority.signer, {
    profile: { kind: 'authority', pathLength: 1, names: trustDomainName(organization.trustDomain) },
    subject: `Sallyport root of ${organization.trustDomain}`.slice(0, 64),
    publicKey,
    issuer: null,
    signingKey: key,
    now,
    notAfter,
  })
  return store(transaction, { kind: 'root', keyId: await keyIdOf(publicKey), der, now, notAfter })
}

const createIssuer = async (
  transaction: Transaction,
  authority: Authority,
  parent: { readonly organization: AuthorityOrganization; readonly root: StoredCertificate },
): Promise<StoredCertificate> => {
  const { organization, root } = parent
  const publicKey = await authority.signer.publicKey({ scope: 'organization', organization: organization.id, name: 'issuer' })
  const now = authority.clock()
  const notAfter = Math.min(now + lifetimes.issuer, root.expiresAt.getTime())
  const der = await buildCertificate(authority.signer, {
    profile: { kind: 'authority', pathLength: 0, names: trustDomainName(organization.trustDomain) },
    subject: `Sallyport issuer of ${organization.trustDomain}`.slice(0, 64),
    publicKey,
    issuer: root.certificate,
    signingKey: { scope: 'organization', organization: organization.id, name: 'root' },
    now,
    notAfter,
  })
  return store(transaction, { kind: 'issuer', keyId: await keyIdOf(publicKey), der, now, notAfter })
}

/**
 * The organization's root and the issuer that signs now. Makes what is missing, and a new issuer certificate when the present
 * one nears its end, which changes the trust bundle.
 */
export const ensureAuthority = async (
  transaction: Transaction,
  authority: Authority,
  organization: AuthorityOrganization,
): Promise<{ readonly root: StoredCertificate; readonly issuer: StoredCertificate }> => {
  const now = authority.clock()
  const find = async () => {
    const [[root], [issuer]] = [
      await listCertificates(transaction, 'root', now),
      await listCertificates(transaction, 'issuer', now + ISSUER_RENEWAL),
    ]
    return { root, issuer }
  }
  const present = await find()
  if (present.root && present.issuer) return { root: present.root, issuer: present.issuer }
  // Whoever gets here at the same time waits for the organization's row, and then finds what the first one made.
  await transaction.selectFrom('organizations').select('id').where('id', '=', organization.id).forNoKeyUpdate().execute()
  const again = await find()
  const root = again.root ?? (await createRoot(transaction, authority, organization))
  if (again.issuer) return { root, issuer: again.issuer }
  const issuer = await createIssuer(transaction, authority, { organization, root })
  await bumpTrustBundle(transaction, organization.id)
  return { root, issuer }
}
