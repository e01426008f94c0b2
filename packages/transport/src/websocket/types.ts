import type { IncomingHttpHeaders } from 'node:http'
import type { ByteChannel } from '../channel/byte-channel.ts'
import type { NegotiatedTls } from '../tls/negotiated-tls.ts'
import type { PeerCertificate } from '../tls/peer-certificate.ts'
import type { TlsIdentity } from '../tls/tls-options.ts'

export const SUBPROTOCOL = 'sallyport.v1'

export interface DialOptions {
  readonly host: string
  readonly port: number
  /** Path of the upgrade request. Default `/`. */
  readonly path?: string
  readonly tls: TlsIdentity
  /** The SPIFFE id that the gateway's certificate must carry as its only URI name. */
  readonly expectedIdentity: string
  /** A further check of the verified certificate; throw to refuse it. */
  readonly verifyPeer?: (peer: PeerCertificate) => void
  /** Told what the handshake agreed on. */
  readonly onSecure?: (tls: NegotiatedTls) => void
  /** From the first packet to the open WebSocket, milliseconds. Default 10,000. */
  readonly timeoutMs?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface IncomingPeer extends PeerCertificate {
  readonly remoteAddress: string
  readonly remotePort: number
}

export interface UpgradeRequest {
  /** Path and query as sent, at most 2 KiB. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

export type Authorization<Context> =
  | { readonly ok: true; readonly context: Context }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string }

export interface ListenOptions<Context> {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly tls: TlsIdentity
  /** Decides before the upgrade is answered. A rejection refuses with 500 `internal_error`. */
  readonly authorize: (peer: IncomingPeer, request: UpgradeRequest) => Promise<Authorization<Context>>
  readonly onConnection: (channel: ByteChannel, context: Context) => void
  /** Told about every connection that did not become a channel; for the log. */
  readonly onRefused?: (refused: RefusedConnection) => void
  readonly limits?: ListenLimits
}

export interface ListenLimits {
  /** TLS handshake and upgrade request together, milliseconds. Default 10,000. */
  readonly handshakeTimeoutMs?: number
  /** Connections that are not channels yet; more are dropped. Default 512. */
  readonly maxPendingHandshakes?: number
  /** Channels open at a time; more are refused with 503 `too_many_connections`. Default 10,000. */
  readonly maxConnections?: number
  /** New connections of one address: sustained per second, and at once. Default 50 and 200. */
  readonly connectionsPerSecondPerAddress?: number
  readonly connectionBurstPerAddress?: number
}

export interface RefusedConnection {
  readonly remoteAddress: string
  readonly code: string
  readonly message: string
}

export interface WebSocketListener {
  readonly port: number
  readonly address: string
  /** New connections get this certificate; open ones go on. */
  setIdentity(tls: TlsIdentity): void
  /** Stops accepting and destroys all channels. Resolves when the port is free. */
  close(): Promise<void>
}
