/** One connection of a tool, from accept to end: who it is, what it wants, the tunnel, and why not. */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type SecureContext, TLSSocket } from 'node:tls'
import { type Caller, SallyportError } from '@sallyport/protocol'
import type { GrantedCredential } from '@sallyport/protocol/api'
import { joinStreams, negotiatedTls, type NegotiatedTls } from '@sallyport/transport'
import type { Logger } from 'pino'
import type { Tunnel, TunnelRequest } from '../tunnel/tunnels.ts'
import type { Connections, OpenConnection } from './connections.ts'
import type { Failure, Front, Opening } from './front.ts'

/** Milliseconds from accept to the tool's first packet. */
const OPENING_LIMIT = 30_000
/** Milliseconds that a refused tool gets to read why. */
const REFUSAL_LINGER = 2_000

export interface ServeOptions {
  readonly granted: GrantedCredential
  readonly front: Front
  readonly tls: SecureContext | null
  /** Throws `caller_refused`. */
  readonly identify: (socket: Socket) => Promise<Caller | null>
  /** Why no connection may begin now; null: it may. */
  readonly refused: () => SallyportError | null
  readonly openTunnel: (request: TunnelRequest) => Promise<Tunnel>
  /** Tells the gateways of this credential's open connections. */
  readonly tell: (message: Buffer) => Promise<void>
  readonly connections: Connections
  readonly logger: Logger
  /** How a connection began: null, or why it did not. */
  readonly onOutcome: (failure: Failure | null) => void
}

/** Never rejects. */
export const serveConnection = async (socket: Socket, options: ServeOptions): Promise<void> => {
  const { front, logger, granted } = options
  socket.on('error', () => {})
  let client: Duplex = socket
  const timer = setTimeout(() => socket.destroy(), OPENING_LIMIT)
  // Both at once: to look for the caller takes about as long as the tool needs to say what it wants.
  const identified = options.identify(socket)
  identified.catch(() => {})
  try {
    const opening = await front.open(socket, { tls: options.tls, onClient: (found) => (client = found) })
    clearTimeout(timer)
    client = opening.client
    const caller = await identified
    if (opening.kind === 'message') await deliver(opening, options)
    else await connect(opening, { caller, peerPort: socket.remotePort ?? null, toolTls: tlsOf(client) }, options)
  } catch (thrown) {
    clearTimeout(timer)
    const error = thrown instanceof SallyportError ? thrown : new SallyportError('internal', { cause: thrown })
    logger.info(
      { event: 'connection.refused', credential: granted.credential, code: error.code, error },
      'a connection was refused',
    )
    options.onOutcome(error)
    refuse(client, front.refusal(error))
  }
}

const deliver = async ({ client, first }: Opening, { tell }: ServeOptions): Promise<void> => {
  await tell(first)
  client.end()
  client.resume()
}

type Peer = Pick<OpenConnection, 'caller' | 'peerPort' | 'toolTls'>

const tlsOf = (client: Duplex): NegotiatedTls | null => (client instanceof TLSSocket ? negotiatedTls(client) : null)

const connect = async ({ client, first }: Opening, peer: Peer, options: ServeOptions): Promise<void> => {
  const refusal = options.refused()
  if (refusal !== null) throw refusal
  const { granted, connections, logger, front } = options
  const gone = new AbortController()
  const onGone = (): void => gone.abort()
  client.once('close', onGone)
  const tunnel = await options.openTunnel({ credential: granted, caller: peer.caller, first, signal: gone.signal })
  client.off('close', onGone)
  if (client.destroyed) {
    tunnel.stream.destroy()
    return
  }
  const connection = connections.add({ credential: granted.credential, name: granted.name, ...peer, tunnel })
  // Listens beside the join, which takes every byte from the same moment on.
  tunnel.stream.once('data', (answer: Buffer) => options.onOutcome(front.failureIn(answer)))
  try {
    const { error } = await joinStreams(client, tunnel.stream, { signal: connection.signal })
    logger.info({ event: 'connection.closed', credential: granted.credential, error: error?.message }, 'a connection closed')
  } finally {
    connection.remove()
  }
}

const refuse = (client: Duplex, refusal: Buffer): void => {
  if (client.destroyed || client.writableEnded) {
    client.destroy()
    return
  }
  const timer = setTimeout(() => client.destroy(), REFUSAL_LINGER)
  client.once('close', () => clearTimeout(timer))
  client.resume()
  client.end(refusal)
}
