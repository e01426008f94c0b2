/** Whom this device trusts: pinned at first contact, through an invitation or an address, followed from there by signed, numbered bundles. */
import {
  equalBytes,
  fromBase64url,
  type Invitation,
  parseStatement,
  SallyportError,
  sha256,
  type TrustBundle,
  trustBundle,
} from '@sallyport/protocol'
import { verifyTrustBundle } from '@sallyport/transport'
import type { ApiClient } from '@sallyport/protocol/api'
import type { Enrolment } from '../identity/document.ts'

/** Where the API is, and how the organization is known; an invitation is one. */
export type FirstContact = Pick<Invitation, 'api' | 'apiRoot' | 'organization' | 'rootFingerprint'>

/**
 * What the API says of the organization counts only because the fingerprint of its root came with the invitation, or over TLS
 * that this computer trusts.
 * Throws `certificate_invalid` when they differ.
 */
export const pinOrganization = async (contact: FirstContact, api: Pick<ApiClient, 'call'>): Promise<Enrolment> => {
  const trust = await api.call('getOrganizationTrust', {
    parameters: { slug: contact.organization },
    query: { rootFingerprint: contact.rootFingerprint },
  })
  const pinned = fromBase64url(contact.rootFingerprint)
  if (!equalBytes(await sha256(fromBase64url(trust.root)), pinned) || trust.slug !== contact.organization) {
    throw new SallyportError('certificate_invalid', {
      message: 'The organization is not the one that the invitation or address named.',
    })
  }
  return {
    api: new URL(contact.api).origin,
    apiRoot: contact.apiRoot,
    organization: { id: trust.organization, slug: trust.slug, name: trust.name, trustDomain: trust.trustDomain },
    root: trust.root,
    trustBundle: null,
    trustNumber: 0,
  }
}

/** Throws `certificate_invalid` for a bundle that is not signed by the pinned root or one that followed it, older than the known one, or of others. */
export const followTrust = async (enrolment: Enrolment, statement: string): Promise<Enrolment> => {
  if (statement === enrolment.trustBundle) return enrolment
  const bundle = await verifyTrustBundle(statement, enrolment.root)
  const { organization } = enrolment
  if (bundle.organization !== organization.id || bundle.trustDomain !== organization.trustDomain)
    throw new SallyportError('certificate_invalid', { message: 'The trust bundle is of another organization.' })
  if (bundle.number < enrolment.trustNumber)
    throw new SallyportError('certificate_invalid', { message: 'The trust bundle is older than the one known before.' })
  return { ...enrolment, root: bundle.roots[0]!, trustBundle: statement, trustNumber: bundle.number }
}

/**
 * Roots that the API's own certificates may have (DER, base64url); null: web PKI. What the organization says of them counts more
 * than first contact.
 */
export const apiRootsOf = (enrolment: Enrolment): readonly string[] | null =>
  enrolment.apiRoot === null ? null : (knownTrust(enrolment)?.apiRoots ?? [enrolment.apiRoot])

/** The bundle that was verified when it was stored; the sealed profile vouches for it. null before the first. */
export const knownTrust = (enrolment: Enrolment | null): TrustBundle | null =>
  enrolment?.trustBundle ? parseStatement(trustBundle, enrolment.trustBundle).payload : null
