import { X509Certificate } from 'node:crypto'
import type { PeerCertificate as NodePeerCertificate, TLSSocket } from 'node:tls'
import { TransportError } from '../errors.ts'
import type { PeerCertificate } from './peer-certificate.ts'

const MAX_CHAIN = 8
const URI = 'URI:'
const SPIFFE_SCHEME = 'spiffe://'
/** X.509-SVID §2: a SPIFFE id has at most 2048 bytes. */
const MAX_ID_LENGTH = 2048

/**
 * The SPIFFE id of a certificate (DER); null unless it carries exactly one URI name and that is a SPIFFE id.
 * Source: X.509-SVID §2. The certificate itself is not verified here.
 */
export function readSpiffeId(certificate: Uint8Array): string | null {
  const names = readNames(certificate)
  // Node quotes a name that could pass for several; none of ours is one.
  if (names.includes('"')) return null
  const uris = names.split(', ').filter((name) => name.startsWith(URI))
  const id = uris[0]?.slice(URI.length)
  if (id === undefined || uris.length !== 1) return null
  return id.startsWith(SPIFFE_SCHEME) && id.length <= MAX_ID_LENGTH ? id : null
}

/** Its subject's alternative names as Node writes them, `DNS:gateway.example, URI:spiffe://…`; empty without any. */
function readNames(certificate: Uint8Array): string {
  try {
    return new X509Certificate(certificate).subjectAltName ?? ''
  } catch {
    return ''
  }
}

/**
 * Replaces the check of the host name, which says nothing about a gateway, by one of its SPIFFE id. Node calls it after
 * the chain was verified up to a given authority, and only then; that verification stays as it is.
 */
export function expectIdentity(expected: string): (host: string, certificate: NodePeerCertificate) => Error | undefined {
  return (_host, certificate) => {
    const found = readSpiffeId(certificate.raw)
    if (found === expected) return undefined
    return new TransportError('identity_mismatch', `the certificate is for ${found ?? 'no SPIFFE id'}, expected ${expected}`)
  }
}

/**
 * The certificate that the other end of a socket proved to hold.
 *
 * @throws TransportError `tls_resumed` if the handshake was a resumption, in which no certificate is looked at again;
 *   `peer_untrusted` if there is no verified one
 */
export function verifiedPeer(socket: TLSSocket): PeerCertificate {
  if (socket.isSessionReused()) throw new TransportError('tls_resumed', 'resumed TLS sessions are not accepted')
  const leaf = socket.getPeerCertificate(true)
  if (!socket.authorized || leaf.raw === undefined) {
    throw new TransportError('peer_untrusted', 'the other end showed no trusted certificate')
  }
  const chain: Buffer[] = []
  // The issuer of a root is itself.
  for (let next = leaf; next?.raw !== undefined && !isLast(chain, next.raw); next = next.issuerCertificate) chain.push(next.raw)
  return { certificate: leaf.raw, chain }
}

function isLast(chain: readonly Buffer[], raw: Buffer): boolean {
  return chain.length === MAX_CHAIN || chain.at(-1)?.equals(raw) === true
}
