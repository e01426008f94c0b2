/**
 * Connects to a resource as its endpoint says: TLS verified by authority and name or by pin, or plaintext only where the
 * endpoint allows it and the resource said in its own protocol that it has no TLS. Never a silent fallback.
 */
import { constants } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { assertNever, type Endpoint, fromBase64url, SallyportError } from '@sallyport/protocol'
import type { ConnectUpstreamOptions, CredentialSecret, UpstreamConnection } from '../adapters/adapter.ts'
import type { AddressRules } from './address-rules.ts'
import { dial, type Resolve } from './dial.ts'
import { connectPinned } from './pinned-tls.ts'
import type { Secured } from './secured.ts'
import { connectVerified } from './verified-tls.ts'

/** Milliseconds for the request for TLS and its handshake. */
const TLS_LIMIT = 10_000

export interface UpstreamTarget {
  readonly endpoint: Endpoint
  /** Shown to a resource that asks for a certificate. */
  readonly clientCertificate: Extract<CredentialSecret, { kind: 'certificate' }> | null
  readonly signal: AbortSignal
}

export interface UpstreamConnector {
  /**
   * Rejects with `address_refused`, `resource_unreachable`, `resource_certificate` or `resource_tls_refused`. The caller owns
   * the connection from then on.
   */
  connect(target: UpstreamTarget, how: ConnectUpstreamOptions): Promise<UpstreamConnection>
}

export const createUpstreamConnector = (rules: AddressRules, resolve: Resolve): UpstreamConnector => ({
  connect: async (target, how) => {
    const { host, port } = target.endpoint
    return secureDialled(await dial({ host, port, signal: target.signal }, rules, resolve), target, how)
  },
})

/** TLS as the endpoint says, on a connection that stands. Rejects as {@link UpstreamConnector} does; the socket is then destroyed. */
export const secureDialled = async (
  socket: Socket,
  target: UpstreamTarget,
  how: ConnectUpstreamOptions,
): Promise<UpstreamConnection> => {
  const guard = guardHandshake(socket, target.signal)
  try {
    return await secure(socket, target, how)
  } catch (cause) {
    socket.destroy()
    throw cause instanceof SallyportError ? cause : new SallyportError('resource_unreachable', { cause: guard.reason() ?? cause })
  } finally {
    guard.release()
  }
}

/** Ends the socket when the handshake takes too long or nobody waits for it any more. */
const guardHandshake = (socket: Socket, signal: AbortSignal) => {
  let reason: Error | null = null
  const end = (why: string): void => {
    reason = new Error(why)
    socket.destroy(reason)
  }
  const onError = (error: Error): void => {
    reason ??= error
  }
  const onAbort = (): void => end('the connection was ended')
  const timer = setTimeout(() => end('the resource did not finish its TLS handshake in time'), TLS_LIMIT)
  socket.on('error', onError)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  return {
    reason: () => reason,
    release: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      // Destroyed sockets still tell their error later; others have an owner who listens.
      if (!socket.destroyed) socket.off('error', onError)
    },
  }
}

const secure = async (socket: Socket, target: UpstreamTarget, how: ConnectUpstreamOptions): Promise<UpstreamConnection> => {
  if (how.requestTls !== undefined && !(await how.requestTls(socket))) {
    if (!target.endpoint.plaintextAllowed) throw new SallyportError('resource_tls_refused')
    return { stream: socket, serverCertificate: null }
  }
  // CVE-2021-23222: what came in plaintext would pass as if it had come under TLS.
  if (unread(socket) > 0)
    throw new SallyportError('resource_tls_refused', { message: 'The resource sent plaintext where TLS had to begin.' })
  const { stream, certificate } = await startTls(socket, target, how.alpn)
  return { stream, serverCertificate: certificate }
}

const unread = (stream: Duplex): number => stream.readableLength

const startTls = (socket: Socket, target: UpstreamTarget, alpn: string | undefined): Promise<Secured> => {
  const { endpoint, clientCertificate } = target
  const options: ConnectionOptions = {
    socket,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
    ...(clientCertificate === null ? {} : { cert: clientCertificate.certificatePem, key: clientCertificate.privateKeyPem }),
  }
  const { tls, host } = endpoint
  switch (tls.kind) {
    case 'authority':
      return connectVerified(options, { certificates: tls.certificates, name: tls.serverName ?? host })
    case 'pinned':
      return connectPinned(options, fromBase64url(tls.sha256))
    default:
      return assertNever(tls)
  }
}
