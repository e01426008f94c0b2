/**
 * Authorities follow one another. A new issuer is announced in the trust bundle and signs only when everybody who is connected
 * knows it; the one before is accepted until the last certificate that it signed has ended. A new root signs trust bundles at once:
 * whoever knows only the one before finds in the bundle that it certified the new one.
 */
import { sha256, toBase64url } from '@sallyport/protocol'
import type { AuditActor, Authorities } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { bumpTrustBundle } from './bump.ts'
import { ISSUER_AGE, lifetimes, ROOT_AGE, ROOT_OVERLAP } from './names.ts'
import {
  type Authority,
  type AuthorityOrganization,
  createIssuer,
  createRoot,
  ensureAuthority,
  issuerKeyOf,
  lockAuthority,
  rootKeyOf,
} from './organization-authority.ts'
import { listDeploymentRoots } from './deployment.ts'
import { deleteRetired, listCertificates, retireOlder, type StoredCertificate } from './store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Milliseconds between the announcement of an issuer and its first signature, unless somebody says otherwise. */
const ANNOUNCEMENT = 2 * MINUTE

export interface Rotation {
  readonly organization: AuthorityOrganization
  readonly actor: AuditActor
  /** `root`: a new root, and a new issuer below it. */
  readonly what: 'issuer' | 'root'
  /** Milliseconds from the announcement of the issuer to its first signature. */
  readonly announceFor: number
}

const followRoot = async (
  transaction: Transaction,
  authority: Authority,
  { organization, before }: { readonly organization: AuthorityOrganization; readonly before: StoredCertificate },
): Promise<StoredCertificate> => {
  const publicKey = await authority.signer.nextKey(rootKeyOf(organization.id))
  const root = await createRoot(transaction, authority, { organization, publicKey })
  await createRoot(transaction, authority, { organization, publicKey, by: before })
  await retireOlder(transaction, { kind: 'root', newest: root, at: authority.clock() + ROOT_OVERLAP })
  return root
}

/** In the transaction that holds the organization's row. Throws `limit_reached` and `vault_unavailable`. */
const follow = async (transaction: Transaction, authority: Authority, rotation: Rotation): Promise<void> => {
  const { organization, actor, what, announceFor } = rotation
  const before = await ensureAuthority(transaction, authority, organization)
  const signsFrom = authority.clock() + announceFor
  const root = what === 'root' ? await followRoot(transaction, authority, { organization, before: before.root }) : before.root
  const publicKey = await authority.signer.nextKey(issuerKeyOf(organization.id))
  const issuer = await createIssuer(transaction, authority, { organization, root, publicKey, signsFrom })
  const retiresAt = signsFrom + lifetimes.gateway + HOUR
  await retireOlder(transaction, { kind: 'issuer', newest: issuer, at: retiresAt })
  const number = await bumpTrustBundle(transaction, organization.id)
  await recordAudit(transaction, {
    type: 'authority.rotated',
    actor,
    subject: { kind: 'authority', id: what },
    details: {
      before: { root: before.root.keyId, issuer: before.issuer.keyId },
      after: { root: root.keyId, issuer: issuer.keyId },
      signsFrom: new Date(signsFrom).toISOString(),
      retiresAt: new Date(retiresAt).toISOString(),
      trustBundle: number,
    },
  })
}

export const rotateAuthority = async (transaction: Transaction, authority: Authority, rotation: Rotation): Promise<void> => {
  await lockAuthority(transaction, rotation.organization.id)
  await follow(transaction, authority, rotation)
}

const isOlderThan = (certificate: StoredCertificate | undefined, age: number, now: number): boolean =>
  certificate !== undefined && certificate.createdAt.getTime() + age <= now

/** What happens to authorities by itself: the old ones end, and new ones follow when it is time. */
export const keepAuthorities = async (
  transaction: Transaction,
  authority: Authority,
  { organization, actor }: Pick<Rotation, 'organization' | 'actor'>,
): Promise<void> => {
  await lockAuthority(transaction, organization.id)
  const now = authority.clock()
  const retired = await deleteRetired(transaction, now)
  if (retired.length > 0) await bumpTrustBundle(transaction, organization.id)
  for (const { kind, keyId } of retired) {
    await recordAudit(transaction, { type: 'authority.retired', actor, subject: { kind, id: keyId } })
  }
  const [[root], [issuer]] = [
    await listCertificates(transaction, 'root', now),
    await listCertificates(transaction, 'issuer', now),
  ]
  const isRootDue = isOlderThan(root, ROOT_AGE, now)
  if (!isRootDue && !isOlderThan(issuer, ISSUER_AGE, now)) return
  await follow(transaction, authority, { organization, actor, what: isRootDue ? 'root' : 'issuer', announceFor: ANNOUNCEMENT })
}

/** Roots and issuers that are accepted, then the roots of the API's own servers; of each the newest first. */
export const describeAuthorities = async (
  transaction: Transaction,
  { clock, certifiesListeners = false }: Pick<Authority, 'clock' | 'certifiesListeners'>,
): Promise<Authorities> => {
  const now = clock()
  const describe = (kind: 'root' | 'issuer' | 'deployment', certificates: readonly StoredCertificate[]) =>
    Promise.all(
      certificates.map(async (stored) => ({
        kind,
        key: stored.keyId,
        fingerprint: toBase64url(await sha256(stored.certificate)),
        createdAt: stored.createdAt.toISOString(),
        signsFrom: (stored.signsFrom ?? stored.createdAt).toISOString(),
        expiresAt: stored.expiresAt.toISOString(),
        retiresAt: stored.retiresAt?.toISOString() ?? null,
      })),
    )
  return {
    authorities: [
      ...(await describe('root', await listCertificates(transaction, 'root', now))),
      ...(await describe('issuer', await listCertificates(transaction, 'issuer', now))),
      ...(certifiesListeners ? await describe('deployment', await listDeploymentRoots(transaction, now)) : []),
    ],
  }
}
