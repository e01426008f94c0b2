/** TLS of a listener: version 1.3 only, certificates that are replaced while it runs. */
import type { Server, ServerOptions } from 'node:https'
import { constants } from 'node:crypto'

export interface ListenerCertificate {
  /** PEM, leaf first. */
  readonly cert: string
  /** PEM. */
  readonly key: string
}

export interface ListenerTls {
  serverOptions(): ServerOptions
  /** Keeps the server up to date with {@link update}. */
  attach(server: Server): void
  update(change: { readonly certificate?: ListenerCertificate; readonly clientAuthorities?: string }): void
}

/** Post-quantum hybrid first; the plain curves for programs that do not know it. */
const GROUPS = 'X25519MLKEM768:X25519:P-256'

/** TLS handshakes that last longer are given up, in milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000

/**
 * `clientAuthorities`: PEM of the only authorities for client certificates, which are then required; null asks for none. A
 * listener that asks for certificates resumes no session: a resumed one would outlive the certificate it began with.
 */
export const listenerTls = (first: ListenerCertificate, firstAuthorities: string | null): ListenerTls => {
  let certificate = first
  let authorities = firstAuthorities
  const servers = new Set<Server>()
  const context = () => ({
    cert: certificate.cert,
    key: certificate.key,
    minVersion: 'TLSv1.3' as const,
    ecdhCurve: GROUPS,
    ...(authorities === null ? {} : { ca: authorities, secureOptions: constants.SSL_OP_NO_TICKET }),
  })
  return {
    serverOptions: () => ({
      ...context(),
      handshakeTimeout: HANDSHAKE_TIMEOUT,
      ...(authorities === null ? {} : { requestCert: true, rejectUnauthorized: true }),
    }),
    attach: (server) => {
      servers.add(server)
      server.once('close', () => servers.delete(server))
    },
    update: (change) => {
      certificate = change.certificate ?? certificate
      authorities = change.clientAuthorities ?? authorities
      for (const server of servers) server.setSecureContext(context())
    },
  }
}
