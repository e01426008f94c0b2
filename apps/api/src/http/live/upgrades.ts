/** WebSocket upgrades of one listener: found by path, authenticated before they are answered, closed together at the end. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import { refuseUpgrade } from './refuse.ts'

/** One path at which sockets are accepted. `Context` is what authentication found out. */
export interface UpgradeEndpoint<Context> {
  readonly path: string
  readonly subprotocol: string
  /** Longest message from the peer, in bytes. */
  readonly maxMessage: number
  /** Throws the coded error by which the upgrade is refused. */
  readonly authenticate: (request: IncomingMessage) => Promise<Context>
  readonly accept: (socket: WebSocket, context: Context) => void
}

/** An endpoint whose context only it knows. */
export interface BoundEndpoint extends Pick<UpgradeEndpoint<unknown>, 'path' | 'subprotocol' | 'maxMessage'> {
  readonly admit: (request: IncomingMessage) => Promise<(socket: WebSocket) => void>
}

export const upgradeEndpoint = <Context>(endpoint: UpgradeEndpoint<Context>): BoundEndpoint => ({
  path: endpoint.path,
  subprotocol: endpoint.subprotocol,
  maxMessage: endpoint.maxMessage,
  admit: async (request) => {
    const context = await endpoint.authenticate(request)
    return (socket) => endpoint.accept(socket, context)
  },
})

export interface UpgradeOptions {
  readonly server: Pick<Server, 'on' | 'off'>
  readonly endpoints: readonly BoundEndpoint[]
  readonly logger: Logger
}

/** Upgrades that are being authenticated at the same time, and milliseconds that one may take. */
const MAX_PENDING = 256
const AUTHENTICATION_LIMIT = 10_000
/** Milliseconds that peers get to answer the close of a stopping program. */
const CLOSE_LIMIT = 1000
/** RFC 6455 §7.4.2: service restart, try again elsewhere. */
const RESTARTING = 1012

const limited = async <Result>(work: Promise<Result>): Promise<Result> => {
  const done = new AbortController()
  const late = sleep(AUTHENTICATION_LIMIT, undefined, { signal: done.signal }).then(
    () => {
      throw new SallyportError('internal', { cause: new Error('authentication of an upgrade took too long') })
    },
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([work, late])
  } finally {
    done.abort()
  }
}

export interface Upgrades {
  /** Refuses what comes from now on and closes what is open; resolves when all of it is gone. */
  close(): Promise<void>
}

/** Answers every upgrade on the server: those of other paths are refused with `not_found`. */
export const acceptUpgrades = ({ server, endpoints, logger }: UpgradeOptions): Upgrades => {
  const acceptors = new Map(
    endpoints.map((endpoint) => {
      const sockets = new WebSocketServer({
        noServer: true,
        clientTracking: true,
        perMessageDeflate: false,
        maxPayload: endpoint.maxMessage,
        handleProtocols: (offered) => (offered.has(endpoint.subprotocol) ? endpoint.subprotocol : false),
      })
      return [endpoint.path, { endpoint, sockets }]
    }),
  )
  let pending = 0
  let closing = false

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const acceptor = acceptors.get(request.url ?? '')
    if (closing) throw new SallyportError('stopping')
    if (acceptor === undefined) throw new SallyportError('not_found')
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    if (!offered.includes(acceptor.endpoint.subprotocol)) {
      throw new SallyportError('unsupported_version', { message: `The subprotocol here is ${acceptor.endpoint.subprotocol}.` })
    }
    if (pending >= MAX_PENDING) throw new SallyportError('rate_limited')
    pending++
    const accept = await limited(acceptor.endpoint.admit(request)).finally(() => pending--)
    if (socket.destroyed) return
    if (closing) throw new SallyportError('stopping')
    acceptor.sockets.handleUpgrade(request, socket, head, accept)
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const broken = (error: Error): void => logger.debug({ error: error.message }, 'a socket broke before its upgrade')
    socket.on('error', broken)
    upgrade(request, socket, head).catch((error: unknown) => {
      if (!(error instanceof SallyportError) || error.code === 'internal') logger.error({ error }, 'an upgrade failed')
      else logger.info({ event: 'upgrade.refused', code: error.code, address: request.socket.remoteAddress }, 'upgrade refused')
      if (!socket.destroyed) refuseUpgrade(socket, error)
    })
  }
  server.on('upgrade', onUpgrade)

  return {
    close: async () => {
      closing = true
      const sockets = [...acceptors.values()].flatMap((acceptor) => [...acceptor.sockets.clients])
      const gone = Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))))
      for (const socket of sockets) socket.close(RESTARTING, 'stopping')
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.terminate()
      }, CLOSE_LIMIT)
      await gone.finally(() => clearTimeout(timer))
      server.off('upgrade', onUpgrade)
    },
  }
}
