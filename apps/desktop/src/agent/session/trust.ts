/** Whom this device trusts: pinned at first contact through an invitation, followed from there by signed, numbered bundles. */
import {
  equalBytes,
  fromBase64url,
  type Invitation,
  parseStatement,
  SallyportError,
  sha256,
  type TrustBundle,
  trustBundle,
  verifyStatement,
} from '@sallyport/protocol'
import type { ApiClient } from '@sallyport/protocol/api'
import type { Enrolment } from '../identity/document.ts'
import { publicKeyOfCertificate } from '../identity/certificates.ts'

/**
 * First contact: what the API says of the organization counts only because the fingerprint of its root came with the invitation.
 * Throws `certificate_invalid` when they differ.
 */
export const pinOrganization = async (invitation: Invitation, api: Pick<ApiClient, 'call'>): Promise<Enrolment> => {
  const trust = await api.call('getOrganizationTrust', { parameters: { slug: invitation.organization } })
  const pinned = fromBase64url(invitation.rootFingerprint)
  if (!equalBytes(await sha256(fromBase64url(trust.root)), pinned) || trust.slug !== invitation.organization) {
    throw new SallyportError('certificate_invalid', { message: 'The organization is not the one that the invitation names.' })
  }
  return {
    api: new URL(invitation.api).origin,
    apiRoot: invitation.apiRoot,
    organization: { id: trust.organization, slug: trust.slug, name: trust.name, trustDomain: trust.trustDomain },
    root: trust.root,
    trustBundle: null,
    trustNumber: 0,
  }
}

/** Throws `certificate_invalid` for a bundle that is not signed by the pinned root, older than the known one, or of others. */
export const followTrust = async (enrolment: Enrolment, statement: string): Promise<Enrolment> => {
  if (statement === enrolment.trustBundle) return enrolment
  const bundle = await verifyStatement(trustBundle, statement, [publicKeyOfCertificate(enrolment.root)])
  const { organization } = enrolment
  if (bundle.organization !== organization.id || bundle.trustDomain !== organization.trustDomain)
    throw new SallyportError('certificate_invalid', { message: 'The trust bundle is of another organization.' })
  if (bundle.number < enrolment.trustNumber)
    throw new SallyportError('certificate_invalid', { message: 'The trust bundle is older than the one known before.' })
  return { ...enrolment, root: bundle.roots[0]!, trustBundle: statement, trustNumber: bundle.number }
}

/** The bundle that was verified when it was stored; the sealed profile vouches for it. null before the first. */
export const knownTrust = (enrolment: Enrolment | null): TrustBundle | null =>
  enrolment?.trustBundle ? parseStatement(trustBundle, enrolment.trustBundle).payload : null
