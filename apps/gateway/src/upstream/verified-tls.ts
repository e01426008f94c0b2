/** TLS to a resource whose certificate an authority vouches for, by name. */
import { isIP } from 'node:net'
import { connect, type ConnectionOptions, getCACertificates } from 'node:tls'
import { SallyportError } from '@sallyport/protocol'
import type { Secured } from './secured.ts'

/** What Node calls a certificate that it does not believe. */
const certificateCodes =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH)/

export const isCertificateError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && certificateCodes.test(error.code)

/** The system's authorities; those that Node brings where the system tells none. */
const systemAuthorities = (): string[] => {
  const system = getCACertificates('system')
  return system.length > 0 ? system : getCACertificates('bundled')
}

export interface Authority {
  /** PEM; empty: the system's. */
  readonly certificates: string
  /** The name that the certificate must bear: a DNS name or an IP address. */
  readonly name: string
}

/** Rejects with `resource_certificate`, or with what the handshake says. */
export const connectVerified = (options: ConnectionOptions, authority: Authority): Promise<Secured> =>
  new Promise((resolve, reject) => {
    const { certificates, name } = authority
    const socket = connect({
      ...options,
      ca: certificates.trim() === '' ? systemAuthorities() : certificates,
      // RFC 6066 §3: an address is no server name; it is checked against the certificate all the same.
      ...(isIP(name) === 0 ? { servername: name } : { host: name }),
      rejectUnauthorized: true,
    })
    const fail = (error: unknown): void => {
      socket.destroy()
      reject(isCertificateError(error) ? new SallyportError('resource_certificate', { cause: error }) : asError(error))
    }
    const onClose = (): void => fail(new Error('the resource closed the connection within the TLS handshake'))
    socket.once('error', fail)
    socket.once('close', onClose)
    socket.once('secureConnect', () => {
      socket.off('error', fail)
      socket.off('close', onClose)
      const certificate = socket.getPeerX509Certificate()?.raw
      if (socket.authorized && certificate !== undefined) resolve({ stream: socket, certificate })
      else fail(socket.authorizationError ?? new SallyportError('resource_certificate'))
    })
  })

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
