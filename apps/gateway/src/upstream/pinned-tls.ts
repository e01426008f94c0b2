/**
 * TLS to a resource whose very certificate is pinned. The one place where Node's own check is off: it knows authorities and
 * names, and a pin replaces both. The certificate is compared before the connection is handed on, so before a byte is sent.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { connect, type ConnectionOptions } from 'node:tls'
import { SallyportError } from '@sallyport/protocol'
import type { Secured } from './secured.ts'

/**
 * @param sha256 of the DER of the certificate that must be shown
 * Rejects with `resource_certificate` for any other, or with what the handshake says.
 */
export const connectPinned = (options: Omit<ConnectionOptions, 'ca'>, sha256: Uint8Array): Promise<Secured> =>
  new Promise((resolve, reject) => {
    const socket = connect({ ...options, rejectUnauthorized: false })
    const fail = (error: unknown): void => {
      socket.destroy()
      reject(error instanceof Error ? error : new Error(String(error)))
    }
    socket.once('error', fail)
    const onClose = (): void => fail(new Error('the resource closed the connection within the TLS handshake'))
    socket.once('close', onClose)
    socket.once('secureConnect', () => {
      socket.off('error', fail)
      socket.off('close', onClose)
      const shown = socket.getPeerX509Certificate()?.raw
      const digest = createHash('sha256')
        .update(shown ?? '')
        .digest()
      if (shown === undefined || socket.isSessionReused() || !timingSafeEqual(digest, sha256)) {
        fail(
          new SallyportError('resource_certificate', { message: 'The resource shows another certificate than the pinned one.' }),
        )
        return
      }
      resolve({ stream: socket, certificate: shown })
    })
  })
