/**
 * Where clients and relays arrive: TLS 1.3 with certificates on both sides, then a WebSocket. Everything that is refused is refused before
 * the upgrade is answered, with its code.
 */
import { SallyportError } from '@sallyport/protocol'
import {
  type Authorization,
  type ByteChannel,
  type IncomingPeer,
  listenWebSocket,
  type RefusedConnection,
  type TlsIdentity,
  type UpgradeRequest,
  type WebSocketListener,
} from '@sallyport/transport'
import { type EdgePeer, identifyPeer } from './peer-identity.ts'

/** What is asked of everybody who arrives, at the edge and through a gateway. */
export interface Reception {
  readonly identity: () => TlsIdentity
  readonly trustDomain: () => string
  readonly isIssuer: (certificate: Uint8Array) => boolean
  /** Whether this peer may connect now. Throws the code it is refused with. */
  readonly check: (peer: EdgePeer) => void
  readonly accept: (channel: ByteChannel, peer: EdgePeer) => void
  readonly onRefused: (refused: RefusedConnection) => void
  readonly now: () => number
}

export interface EdgeOptions extends Reception {
  readonly host: string
  readonly port: number
}

export interface Edge {
  readonly address: string
  readonly port: number
  /** New connections are met with the present certificate and trust; open ones go on. */
  refreshIdentity(): void
  close(): Promise<void>
}

const PATH = '/'

const authorize = (options: EdgeOptions, peer: IncomingPeer, request: UpgradeRequest): Authorization<EdgePeer> => {
  try {
    if (request.url !== PATH) throw new SallyportError('not_found')
    const { trustDomain, isIssuer, now } = options
    const identified = identifyPeer(peer, { trustDomain: trustDomain(), isIssuer, now: now() })
    options.check(identified)
    return { ok: true, context: identified }
  } catch (error) {
    const refusal = error instanceof SallyportError ? error : new SallyportError('internal', { cause: error })
    return { ok: false, status: refusal.status, code: refusal.code, message: refusal.message }
  }
}

/** What the person who started the program can do about a port that cannot be had. */
const explainPort = (error: unknown, { host, port }: EdgeOptions): Error => {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'EADDRINUSE') return new Error(`${host}:${port} is in use. Choose another with --listen.`, { cause: error })
  if (code === 'EACCES') return new Error(`${host}:${port} needs more rights. Choose a port from 1024 on.`, { cause: error })
  return new Error(`${host}:${port} cannot be listened on.`, { cause: error })
}

/** Rejects if the port cannot be had. */
export const openEdge = async (options: EdgeOptions): Promise<Edge> => {
  const listener: WebSocketListener = await listenWebSocket<EdgePeer>({
    host: options.host,
    port: options.port,
    tls: options.identity(),
    authorize: (peer, request) => Promise.resolve(authorize(options, peer, request)),
    onConnection: options.accept,
    onRefused: options.onRefused,
  }).catch((error: unknown) => {
    throw explainPort(error, options)
  })
  return {
    address: listener.address,
    port: listener.port,
    refreshIdentity: () => listener.setIdentity(options.identity()),
    close: () => listener.close(),
  }
}
