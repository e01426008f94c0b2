/** Who a client or relay is, by the certificate that the TLS handshake verified: checked once more, with what TLS does not know. */
import { X509Certificate } from 'node:crypto'
import { parseIdentity, SallyportError } from '@sallyport/protocol'
import { type IncomingPeer, readSpiffeId } from '@sallyport/transport'
import type { RelayPeer } from '../forward/relay-peer.ts'
import type { SessionPeer } from '../session/peer.ts'

export type EdgePeer = (SessionPeer & { readonly kind: 'session' }) | (RelayPeer & { readonly kind: 'relay' })

export interface ExpectedPeers {
  readonly trustDomain: string
  /** Whether the organization issues by this certificate (DER) now. */
  readonly isIssuer: (certificate: Uint8Array) => boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Throws `certificate_invalid`, `certificate_expired` or `identity_mismatch`. */
export const identifyPeer = (
  peer: Pick<IncomingPeer, 'certificate' | 'chain' | 'remoteAddress'>,
  expected: ExpectedPeers,
): EdgePeer => {
  const identity = parseIdentity(readSpiffeId(peer.certificate) ?? '')
  if (identity.trustDomain !== expected.trustDomain)
    throw new SallyportError('identity_mismatch', { message: 'The certificate belongs to another organization.' })
  const { kind, id } = identity
  if (kind !== 'session' && kind !== 'relay')
    throw new SallyportError('identity_mismatch', { message: `A ${kind} does not connect as a client.` })
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
  const address = peer.remoteAddress
  return kind === 'session'
    ? { kind, session: id, publicKey, certificateEndsAt, address }
    : { kind, relay: id, certificateEndsAt, address }
}
