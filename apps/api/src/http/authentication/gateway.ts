/** Calls of gateways and relays: a client certificate of ours, and one signature by the same key. */
import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { equalBytes, formatIdentity, type Identity, parseIdentity, SallyportError, verifyCall } from '@sallyport/protocol'
import { withOrganization } from '../../db/with-organization.ts'
import type { Dependencies } from '../../dependencies.ts'
import { findGateway } from '../../domains/gateways/index.ts'
import { spendNonce } from '../../domains/nonces/index.ts'
import { findOrganizationByTrustDomain, readOrganization } from '../../domains/organizations/index.ts'
import type { GatewayContext } from '../context.ts'
import type { IncomingCall } from '../incoming-call.ts'

export interface PeerCertificate {
  readonly identity: Identity
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  readonly expiresAt: Date
}

/** A URI is the only name in our leaves. Node's text form is compared as a whole, so that nothing can be quoted into it. */
const identityOf = (certificate: X509Certificate): Identity => {
  const names = certificate.subjectAltName ?? ''
  const identity = parseIdentity(names.replace(/^URI:/, ''))
  if (names !== `URI:${formatIdentity(identity)}`) throw new SallyportError('certificate_invalid')
  return identity
}

/**
 * The verified certificate of the other end. TLS checked its chain when the connection was made; its times are checked again
 * because connections last. Throws `certificate_invalid` or `certificate_expired`.
 */
export const peerCertificate = (request: IncomingMessage, now: number): PeerCertificate => {
  const { socket } = request
  if (!(socket instanceof TLSSocket) || !socket.authorized || socket.isSessionReused()) {
    throw new SallyportError('certificate_invalid')
  }
  const { raw } = socket.getPeerCertificate()
  if (raw === undefined) throw new SallyportError('certificate_invalid')
  const certificate = new X509Certificate(raw)
  const expiresAt = certificate.validToDate
  if (expiresAt.getTime() <= now || certificate.validFromDate.getTime() > now) throw new SallyportError('certificate_expired')
  const publicKey = new Uint8Array(certificate.publicKey.export({ format: 'der', type: 'spki' }))
  return { identity: identityOf(certificate), publicKey, expiresAt }
}

/** Throws the code of the refusal; the nonce of a call whose signature is valid is spent before. */
export const authenticateGateway = async (
  dependencies: Dependencies,
  incoming: IncomingCall,
  peer: PeerCertificate,
): Promise<GatewayContext> => {
  const { identity } = peer
  const organizationId = await findOrganizationByTrustDomain(dependencies.pool, identity.trustDomain)
  if (organizationId === null || (identity.kind !== 'gateway' && identity.kind !== 'relay')) {
    throw new SallyportError('certificate_invalid')
  }
  const { nonce, created } = await verifyCall(incoming.call, {
    labels: ['gateway'],
    now: Math.floor(dependencies.clock() / 1000),
    keyFor: () => Promise.resolve({ algorithm: 'ecdsa-p256-sha256', publicKey: peer.publicKey }),
  })
  const { gateway, organization } = await withOrganization(dependencies.pool, organizationId, async (transaction) => {
    await spendNonce(transaction, { organization: organizationId, nonce, created })
    return { gateway: await findGateway(transaction, identity.id), organization: await readOrganization(transaction) }
  })
  if (gateway === null) throw new SallyportError('gateway_unknown')
  if (gateway.status === 'revoked') throw new SallyportError('certificate_revoked')
  if (gateway.kind !== identity.kind || !equalBytes(gateway.publicKey, peer.publicKey)) {
    throw new SallyportError('identity_mismatch')
  }
  const { address } = incoming
  return {
    dependencies,
    address,
    now: dependencies.clock,
    organization,
    transaction: (work) => withOrganization(dependencies.pool, organizationId, work),
    actor: { kind: 'gateway', id: gateway.id, device: null, session: null, address },
    gateway: {
      id: gateway.id,
      kind: gateway.kind,
      name: gateway.name,
      publicKey: new Uint8Array(gateway.publicKey),
      certificateExpiresAt: peer.expiresAt,
    },
  }
}
