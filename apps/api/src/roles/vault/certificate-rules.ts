/**
 * What the vault signs as a certificate: each authority its own kind and nothing else, so that whoever may ask for signatures
 * cannot have an authority made. Read with OpenSSL, as those who will verify it do.
 */
import { X509Certificate } from 'node:crypto'
import { concatBytes, formatIdentity, identityKinds, parseIdentity, SallyportError } from '@sallyport/protocol'

/** 24 hours and what certificates are dated back for clocks that are slow. */
const MAX_LEAF_LIFETIME = 26 * 60 * 60 * 1000
/** The API's own server certificates. */
const MAX_SERVER_LIFETIME = 400 * 24 * 60 * 60 * 1000

export type CertificateSigner =
  | { readonly kind: 'deployment-root'; readonly authorityKeys: readonly Uint8Array[]; readonly publicKey: Uint8Array }
  | { readonly kind: 'organization-root'; readonly authorityKeys: readonly Uint8Array[]; readonly publicKey: Uint8Array }
  | { readonly kind: 'issuer'; readonly trustDomain: string; readonly publicKey: Uint8Array }

/** AlgorithmIdentifier ecdsa-with-SHA256 (RFC 5758 §3.2). */
const ECDSA_SHA256 = Uint8Array.of(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)
/** A BIT STRING of the form of a signature: SEQUENCE of INTEGER 1 and INTEGER 1. */
const PLACEHOLDER = Uint8Array.of(0x03, 0x09, 0x00, 0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01)

const derLength = (length: number): Uint8Array => {
  if (length < 0x80) return Uint8Array.of(length)
  if (length < 0x100) return Uint8Array.of(0x81, length)
  if (length < 0x10000) return Uint8Array.of(0x82, length >> 8, length & 0xff)
  throw new RangeError('longer than a certificate is')
}

const refuse = (message: string, cause?: unknown): never => {
  throw new SallyportError('certificate_invalid', {
    message: 'The vault does not sign this.',
    cause: cause ?? new Error(message),
  })
}

/** TBSCertificate with a signature that is none, so that a parser of certificates reads it. */
const parse = (tbs: Uint8Array): X509Certificate => {
  try {
    const body = concatBytes(tbs, ECDSA_SHA256, PLACEHOLDER)
    const der = concatBytes(Uint8Array.of(0x30), derLength(body.length), body)
    const certificate = new X509Certificate(der)
    // What follows the certificate inside the bytes would be signed without having been read.
    if (!certificate.raw.equals(der)) throw new Error('bytes that belong to no certificate')
    return certificate
  } catch (cause) {
    return refuse('not a TBSCertificate', cause)
  }
}

const isKeyOf = (certificate: X509Certificate, key: Uint8Array): boolean =>
  certificate.publicKey.export({ type: 'spki', format: 'der' }).equals(key)

const isOneOf = (authorityKeys: readonly Uint8Array[], certificate: X509Certificate): boolean =>
  certificate.ca && authorityKeys.some((key) => isKeyOf(certificate, key))

const lifetimeOf = (certificate: X509Certificate): number =>
  certificate.validToDate.getTime() - certificate.validFromDate.getTime()

const checkServer = (certificate: X509Certificate): void => {
  if (certificate.ca) refuse('the deployment root signs no authority but itself and others of this vault')
  if (lifetimeOf(certificate) > MAX_SERVER_LIFETIME) refuse('a server certificate that lives too long')
}

const checkLeaf = (certificate: X509Certificate, trustDomain: string): void => {
  if (certificate.ca) refuse('an issuer signs no authority')
  if (lifetimeOf(certificate) > MAX_LEAF_LIFETIME) refuse('a leaf that lives too long')
  const names = certificate.subjectAltName ?? ''
  if (!names.startsWith('URI:')) refuse('a leaf is named by its URI alone')
  const identity = parseIdentity(names.slice('URI:'.length))
  if (identity.trustDomain !== trustDomain) refuse('a leaf of another organization')
  if (!identityKinds.includes(identity.kind) || names !== `URI:${formatIdentity(identity)}`) refuse('an unknown kind of leaf')
}

/** Throws `certificate_invalid` unless `tbs` is a certificate that this authority issues. */
export const checkCertificate = (tbs: Uint8Array, signer: CertificateSigner): void => {
  const certificate = parse(tbs)
  const selfSigned = certificate.ca && isKeyOf(certificate, signer.publicKey)
  switch (signer.kind) {
    case 'deployment-root':
      if (!selfSigned && !isOneOf(signer.authorityKeys, certificate)) checkServer(certificate)
      return
    case 'organization-root':
      if (selfSigned) return
      if (!isOneOf(signer.authorityKeys, certificate)) {
        refuse('an organization root signs itself, and the roots and issuers of this vault')
      }
      return
    case 'issuer':
      checkLeaf(certificate, signer.trustDomain)
  }
}
