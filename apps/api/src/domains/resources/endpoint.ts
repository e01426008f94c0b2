import { createHash, X509Certificate } from 'node:crypto'
import { type Endpoint, SallyportError } from '@sallyport/protocol'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

export const checkEndpoint = ({ tls }: Endpoint): void => {
  if (tls.kind === 'authority' && tls.certificates !== '') checkAuthorities(tls.certificates)
}

/** Throws `invalid_request` for CA certificates that no gateway could use: better said to who types them than at night. */
export const checkAuthorities = (pem: string): void => {
  const found = pem.match(CERTIFICATE) ?? []
  const rest = pem.replaceAll(CERTIFICATE, '').trim()
  if (found.length === 0 || rest !== '') {
    throw new SallyportError('invalid_request', { message: 'The CA certificates are not PEM.' })
  }
  for (const certificate of found) {
    try {
      new X509Certificate(certificate)
    } catch (cause) {
      throw new SallyportError('invalid_request', { message: 'A CA certificate cannot be read.', cause })
    }
  }
}

/** An endpoint as an audit entry shows it: certificates by their digest, so that before and after fit one entry. */
export const endpointForAudit = (endpoint: Endpoint, digest: string) => {
  const { tls, ...rest } = endpoint
  const trust =
    tls.kind === 'pinned'
      ? { ...tls }
      : {
          kind: tls.kind,
          serverName: tls.serverName,
          certificates: tls.certificates === '' ? 'system' : createHash('sha256').update(tls.certificates).digest('base64url'),
        }
  return { ...rest, tls: trust, digest }
}
