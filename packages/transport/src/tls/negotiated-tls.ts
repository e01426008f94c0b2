/** What a TLS handshake agreed on, for people who look at the path of a connection. */
import type { TLSSocket } from 'node:tls'

export interface NegotiatedTls {
  /** `TLSv1.3` */
  readonly version: string
  /** As IANA names it. */
  readonly cipher: string
  /** Of the key exchange; null where this side is not told. */
  readonly group: string | null
}

/** Of a handshake that is over. */
export const negotiatedTls = (socket: TLSSocket): NegotiatedTls => {
  const exchange: object | null = socket.getEphemeralKeyInfo()
  const group = exchange !== null && 'name' in exchange && typeof exchange.name === 'string' ? exchange.name : null
  return { version: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName, group }
}
