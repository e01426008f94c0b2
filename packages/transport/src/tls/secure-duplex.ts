import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls'
import type { PeerCertificate } from './peer-certificate.ts'
import { TransportError, toTransportError } from '../errors.ts'
import { expectIdentity, verifiedPeer } from './tls-identity.ts'
import { tlsFailure } from './tls-failure.ts'
import { secureOptions, type TlsIdentity } from './tls-options.ts'

const DEFAULT_TIMEOUT_MS = 10_000

export interface ConnectTlsOptions {
  readonly tls: TlsIdentity
  /** The SPIFFE id that the other end's certificate must carry as its only URI name. */
  readonly expectedIdentity: string
  /** A further check of the verified certificate; throw to refuse it. */
  readonly verifyPeer?: (peer: PeerCertificate) => void
  /** For the handshake, milliseconds. Default 10,000. */
  readonly timeoutMs?: number
}

export interface AcceptTlsOptions {
  readonly tls: TlsIdentity
  /** For the handshake, milliseconds. Default 10,000. */
  readonly timeoutMs?: number
}

/** Client end of mutual TLS 1.3 over any Duplex, as through a stream of a session. Rejects with a {@link TransportError}. */
export async function connectTls(duplex: Duplex, options: ConnectTlsOptions): Promise<TLSSocket> {
  const socket = connect(clientOptions(options.tls, options.expectedIdentity, { socket: duplex }))
  await handshake(socket, options.timeoutMs)
  try {
    options.verifyPeer?.(verifiedPeer(socket))
    return socket
  } catch (thrown) {
    socket.destroy()
    throw toTransportError(thrown, 'identity_mismatch', 'the certificate was not accepted')
  }
}

/**
 * Server end of mutual TLS 1.3 over any Duplex. What the peer may do is for the caller to decide. Rejects with a
 * {@link TransportError}.
 */
export async function acceptTls(
  duplex: Duplex,
  options: AcceptTlsOptions,
): Promise<{ socket: TLSSocket; peer: PeerCertificate }> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const secure = { ...secureOptions(options.tls), requestCert: true, rejectUnauthorized: true, handshakeTimeout: timeoutMs }
  // A server that does not listen: it alone judges the client's certificate, which a bare TLSSocket leaves unjudged.
  const server = createServer(secure)
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    server.once('secureConnection', resolve)
    server.once('tlsClientError', (error) => reject(tlsFailure(error)))
    duplex.once('close', () => reject(new TransportError('tls_failed', 'the connection closed during the TLS handshake')))
    server.emit('connection', duplex)
  })
  socket.on('error', ignore)
  try {
    return { socket, peer: verifiedPeer(socket) }
  } catch (thrown) {
    socket.destroy()
    throw thrown
  }
}

/** What every client of ours asks of TLS; `more` names the connection. */
export function clientOptions(tls: TlsIdentity, expectedIdentity: string, more: ConnectionOptions): ConnectionOptions {
  return {
    ...secureOptions(tls),
    ...more,
    rejectUnauthorized: true,
    checkServerIdentity: expectIdentity(expectedIdentity),
  }
}

function handshake(socket: TLSSocket, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
  return new Promise((resolve, reject) => {
    // Also later errors must not end the process before the caller listens.
    socket.on('error', ignore)
    const fail = (error: Error): void => {
      settle()
      socket.destroy()
      reject(error)
    }
    const onError = (error: Error): void => fail(tlsFailure(error))
    const onClose = (): void => fail(new TransportError('tls_failed', 'the connection closed during the TLS handshake'))
    const onDone = (): void => {
      settle()
      resolve()
    }
    const timer = setTimeout(() => fail(new TransportError('dial_timeout', `no TLS handshake within ${timeoutMs} ms`)), timeoutMs)
    const settle = (): void => {
      clearTimeout(timer)
      socket.off('error', onError).off('close', onClose).off('secureConnect', onDone)
    }
    socket.on('error', onError).on('close', onClose).on('secureConnect', onDone)
  })
}

function ignore(): void {}
