/** Who a client is, by the certificate that the TLS handshake verified: checked once more, with what TLS does not know. */
import { X509Certificate } from 'node:crypto'
import { parseIdentity, SallyportError } from '@sallyport/protocol'
import { type IncomingPeer, readSpiffeId } from '@sallyport/transport'
import type { SessionPeer } from '../session/peer.ts'

export interface ExpectedClients {
  readonly trustDomain: string
  /** Whether the organization issues by this certificate (DER) now. */
  readonly isIssuer: (certificate: Uint8Array) => boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Throws `certificate_invalid`, `certificate_expired` or `identity_mismatch`. */
export const identifyClient = (peer: IncomingPeer, expected: ExpectedClients): SessionPeer => {
  const identity = parseIdentity(readSpiffeId(peer.certificate) ?? '')
  if (identity.trustDomain !== expected.trustDomain)
    throw new SallyportError('identity_mismatch', { message: 'The certificate belongs to another organization.' })
  if (identity.kind !== 'session')
    throw new SallyportError('identity_mismatch', { message: `A ${identity.kind} does not connect as a client.` })
  const issuer = peer.chain[1]
  if (issuer === undefined || !expected.isIssuer(issuer)) throw new SallyportError('certificate_invalid')
  const certificate = new X509Certificate(peer.certificate)
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  if (asymmetricKeyType !== 'ec' || asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new SallyportError('certificate_invalid')
  const certificateEndsAt = certificate.validToDate.getTime()
  if (expected.now >= certificateEndsAt) throw new SallyportError('certificate_expired')
  if (expected.now < certificate.validFromDate.getTime())
    throw new SallyportError('certificate_invalid', { message: 'The certificate is not valid yet, or a clock is wrong.' })
  const publicKey = new Uint8Array(certificate.publicKey.export({ type: 'spki', format: 'der' }))
  return { session: identity.id, publicKey, certificateEndsAt, address: peer.remoteAddress }
}
