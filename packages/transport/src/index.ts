export type { ByteChannel, ByteReceiver, WritePiece } from './channel/byte-channel.ts'
export { collectRarely } from './collect-rarely.ts'
export { giveBackMemory } from './give-back-memory.ts'
export { duplexChannel } from './channel/duplex-channel.ts'
export { TransportError, toTransportError, type Refusal, type TransportErrorCode } from './errors.ts'
export { joinStreams, type JoinOptions, type JoinResult } from './join-streams.ts'
export type { MuxRole, MuxSessionOptions, MuxStats } from './mux/options.ts'
export { MuxSession } from './mux/session.ts'
export type { MuxStream } from './mux/stream.ts'
export { acceptTls, connectTls, type AcceptTlsOptions, type ConnectTlsOptions } from './tls/secure-duplex.ts'
export { negotiatedTls, type NegotiatedTls } from './tls/negotiated-tls.ts'
export type { PeerCertificate } from './tls/peer-certificate.ts'
export { readSpiffeId } from './tls/tls-identity.ts'
export type { TlsIdentity } from './tls/tls-options.ts'
export { dialWebSocket } from './websocket/dial.ts'
export { listenWebSocket } from './websocket/listen.ts'
export { OpeningRate } from './websocket/opening-rate.ts'
export {
  SUBPROTOCOL,
  type Authorization,
  type DialOptions,
  type IncomingPeer,
  type ListenLimits,
  type ListenOptions,
  type RefusedConnection,
  type UpgradeRequest,
  type WebSocketListener,
} from './websocket/types.ts'
export { type ClientCertificate, createHttpsSender, type HttpsSender, type HttpsSenderOptions } from './https-sender.ts'
export { rootsOf, verifyTrustBundle } from './tls/follow-roots.ts'
