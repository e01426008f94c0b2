/** An organization's own authority: its root and its issuers. */
import { keyIdOf } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { bumpTrustBundle } from './bump.ts'
import { buildCertificate } from './certificate.ts'
import { ISSUER_RENEWAL, lifetimes } from './names.ts'
import type { AuthoritySigner } from './signer.ts'
import { listCertificates, type StoredCertificate, storeCertificate } from './store.ts'

export interface Authority {
  readonly signer: AuthoritySigner
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Whether the API's own listeners have certificates of the deployment's root; absent: no. */
  readonly certifiesListeners?: boolean
  /** Milliseconds that certificates of sessions last; one hour if absent. */
  readonly sessionLifetime?: number
}

export interface AuthorityOrganization {
  readonly id: string
  readonly trustDomain: string
}

const trustDomainName = (trustDomain: string) => [{ type: 'url', value: `spiffe://${trustDomain}` }] as const

export const rootKeyOf = (organization: string, id?: string) =>
  ({ scope: 'organization', organization, name: 'root', ...(id === undefined ? {} : { id }) }) as const
export const issuerKeyOf = (organization: string, id?: string) =>
  ({ scope: 'organization', organization, name: 'issuer', ...(id === undefined ? {} : { id }) }) as const

/** A root over this key. `by`: the root that certifies it, instead of itself. */
export const createRoot = async (
  transaction: Transaction,
  authority: Authority,
  {
    organization,
    publicKey,
    by,
  }: { readonly organization: AuthorityOrganization; readonly publicKey: Uint8Array; readonly by?: StoredCertificate },
): Promise<StoredCertificate> => {
  const now = authority.clock()
  const keyId = await keyIdOf(publicKey)
  const notAfter = Math.min(now + lifetimes.root, by?.expiresAt.getTime() ?? Infinity)
  const certificate = await buildCertificate(authority.signer, {
    profile: { kind: 'authority', pathLength: 1, names: trustDomainName(organization.trustDomain) },
    subject: `Sallyport root of ${organization.trustDomain}`.slice(0, 64),
    publicKey,
    issuer: by?.certificate ?? null,
    signingKey: rootKeyOf(organization.id, by?.keyId ?? keyId),
    now,
    notAfter,
  })
  return storeCertificate(transaction, { kind: by === undefined ? 'root' : 'cross', keyId, certificate, now, notAfter })
}

/** An issuer over this key, below this root. `signsFrom`: milliseconds since 1970; absent: at once. */
export const createIssuer = async (
  transaction: Transaction,
  authority: Authority,
  {
    organization,
    root,
    publicKey,
    signsFrom,
  }: {
    readonly organization: AuthorityOrganization
    readonly root: StoredCertificate
    readonly publicKey: Uint8Array
    readonly signsFrom?: number
  },
): Promise<StoredCertificate> => {
  const now = authority.clock()
  const notAfter = Math.min(now + lifetimes.issuer, root.expiresAt.getTime())
  const certificate = await buildCertificate(authority.signer, {
    profile: { kind: 'authority', pathLength: 0, names: trustDomainName(organization.trustDomain) },
    subject: `Sallyport issuer of ${organization.trustDomain}`.slice(0, 64),
    publicKey,
    issuer: root.certificate,
    signingKey: rootKeyOf(organization.id, root.keyId),
    now,
    notAfter,
  })
  const keyId = await keyIdOf(publicKey)
  return storeCertificate(transaction, {
    kind: 'issuer',
    keyId,
    certificate,
    now,
    notAfter,
    ...(signsFrom === undefined ? {} : { signsFrom }),
  })
}

/** The newest that signs already and lasts; while a newer one waits for its time, also one that does not last long any more. */
const chooseIssuer = (issuers: readonly StoredCertificate[], now: number): StoredCertificate | undefined => {
  const signing = issuers.filter(({ signsFrom }) => signsFrom === null || signsFrom.getTime() <= now)
  const lasting = signing.find(({ expiresAt }) => expiresAt.getTime() > now + ISSUER_RENEWAL)
  return lasting ?? (signing.length < issuers.length ? signing[0] : undefined)
}

/** Whoever comes at the same time waits for the organization's row, and then finds what the first one made. */
export const lockAuthority = (transaction: Transaction, organization: string) =>
  transaction.selectFrom('organizations').select('id').where('id', '=', organization).forNoKeyUpdate().execute()

/**
 * The organization's root and the issuer that signs now. Makes what is missing, and a new issuer certificate when the present
 * one nears its end, which changes the trust bundle.
 */
export const ensureAuthority = async (
  transaction: Transaction,
  authority: Authority,
  organization: AuthorityOrganization,
): Promise<{ readonly root: StoredCertificate; readonly issuer: StoredCertificate }> => {
  const { signer } = authority
  const now = authority.clock()
  const find = async () => {
    const [root] = await listCertificates(transaction, 'root', now)
    return { root, issuer: chooseIssuer(await listCertificates(transaction, 'issuer', now), now) }
  }
  const present = await find()
  if (present.root && present.issuer) return { root: present.root, issuer: present.issuer }
  await lockAuthority(transaction, organization.id)
  const again = await find()
  const root =
    again.root ??
    (await createRoot(transaction, authority, {
      organization,
      publicKey: await signer.publicKey(rootKeyOf(organization.id)),
    }))
  if (again.issuer) return { root, issuer: again.issuer }
  const publicKey = await signer.publicKey(issuerKeyOf(organization.id))
  const issuer = await createIssuer(transaction, authority, { organization, root, publicKey })
  await bumpTrustBundle(transaction, organization.id)
  return { root, issuer }
}
