/** How certificates and trust bundles get signed: the keys live in the vault role, which is asked over this interface. */

/**
 * The deployment's root names the API's own servers; an organization's root signs its issuer and its trust bundles. `id`: which
 * one of those that followed one another (base64url SHA-256 of its public key); absent: the newest.
 */
export type AuthorityKey = DeploymentKey | OrganizationKey

interface DeploymentKey {
  readonly scope: 'deployment'
  readonly name: 'root'
  readonly id?: string
}

interface OrganizationKey {
  readonly scope: 'organization'
  readonly organization: string
  readonly name: 'root' | 'issuer'
  readonly id?: string
}

/** What is signed. The vault checks that the bytes are of this kind before it signs them. */
export type AuthorityPayload = 'certificate' | 'trust-bundle'

export interface AuthoritySigner {
  /**
   * SubjectPublicKeyInfo (DER) of the key, P-256. Makes the key if it does not exist yet; two callers get the same one. The
   * organization need not exist yet.
   */
  publicKey(key: AuthorityKey): Promise<Uint8Array>
  /**
   * SubjectPublicKeyInfo (DER) of a key that no certificate was made for yet: asking again, after something failed in between,
   * gives the same one. Throws `limit_reached` while too many of before are still accepted.
   */
  nextKey(key: Omit<DeploymentKey, 'id'> | Omit<OrganizationKey, 'id'>): Promise<Uint8Array>
  /**
   * ECDSA P-256 with SHA-256, 64 bytes r ‖ s. `data`: the DER of a TBSCertificate for `certificate`; the signing input of a
   * `trust-bundle` statement for `trust-bundle`. Throws `vault_unavailable`.
   */
  sign(key: AuthorityKey, payload: AuthorityPayload, data: Uint8Array): Promise<Uint8Array>
}
