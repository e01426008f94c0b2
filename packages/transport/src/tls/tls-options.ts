import { constants } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'

/** What one end shows and trusts. PEM texts; chains leaf first. */
export interface TlsIdentity {
  readonly key: string | Buffer
  readonly cert: string | Buffer
  /** The only authorities trusted for the other end; the system's own are not. */
  readonly ca: string | Buffer | ReadonlyArray<string | Buffer>
  /**
   * Key exchange groups, most wanted first, in OpenSSL's notation. Default `X25519MLKEM768/X25519`;
   * `X25519MLKEM768` alone refuses peers without the post-quantum hybrid.
   */
  readonly groups?: string
}

/** With a slash between them a server asks for the first also when a client, which can do both, offered only the second. */
const DEFAULT_GROUPS = 'X25519MLKEM768/X25519'

/** TLS 1.3 and nothing below, hybrid post-quantum key exchange first, no resumption. The same for both ends. */
export function secureOptions(identity: TlsIdentity): SecureContextOptions {
  return {
    key: identity.key,
    cert: identity.cert,
    ca: typeof identity.ca === 'string' || Buffer.isBuffer(identity.ca) ? identity.ca : [...identity.ca],
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ecdhCurve: identity.groups ?? DEFAULT_GROUPS,
    // Node accepts an expired client certificate on a resumed session.
    secureOptions: constants.SSL_OP_NO_TICKET,
  }
}
