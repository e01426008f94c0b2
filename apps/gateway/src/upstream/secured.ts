/** A connection whose certificate was accepted. */
import type { TLSSocket } from 'node:tls'

export interface Secured {
  readonly stream: TLSSocket
  /** DER of the resource's certificate. Node tells it once: a second `getPeerX509Certificate` returns nothing. */
  readonly certificate: Buffer
}
