import { once } from 'node:events'
import { type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http'
import { type Server, createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Refusal } from '../errors.ts'
import { TransportError } from '../errors.ts'
import { verifiedPeer } from '../tls/tls-identity.ts'
import { secureOptions, type TlsIdentity } from '../tls/tls-options.ts'
import { OpeningRate } from './opening-rate.ts'
import { WebSocketChannel } from './channel.ts'
import { judgeUpgrade, refusalAnswer, refusalBody, upgradeAnswer } from './handshake.ts'
import type { Authorization, IncomingPeer, ListenLimits, ListenOptions, WebSocketListener } from './types.ts'

const MAX_HEADER_SIZE = 8_192
const MAX_HEADERS = 64
const MAX_URL_LENGTH = 2_048

const late = { code: 'handshake_timeout', message: 'the connection was not upgraded in time' }

const defaults: Required<ListenLimits> = {
  handshakeTimeoutMs: 10_000,
  maxPendingHandshakes: 512,
  maxConnections: 10_000,
  connectionsPerSecondPerAddress: 50,
  connectionBurstPerAddress: 200,
}

/**
 * Listens for mutually verified WebSockets. Everything that can be refused is refused before the upgrade is answered: by a
 * TLS alert, or by an HTTP status with `{error: {code, message}}`. Rejects if the port cannot be had.
 */
export async function listenWebSocket<Context>(options: ListenOptions<Context>): Promise<WebSocketListener> {
  const listener = new Listener(options)
  await listener.listen()
  return listener
}

interface PendingConnection {
  readonly socket: Socket
  readonly timer: NodeJS.Timeout
}

class Listener<Context> implements WebSocketListener {
  readonly #options: ListenOptions<Context>
  readonly #limits: Required<ListenLimits>
  readonly #server: Server
  readonly #rate: OpeningRate
  /** Connections that are not channels yet, by the peer's address and port. */
  readonly #pending = new Map<string, PendingConnection>()
  readonly #channels = new Set<Duplex>()
  /** Sockets whose TLS handshake succeeded. */
  readonly #secured = new WeakSet<Duplex>()
  #bound: AddressInfo = { address: '', family: '', port: 0 }

  constructor(options: ListenOptions<Context>) {
    this.#options = options
    this.#limits = { ...defaults, ...options.limits }
    this.#rate = new OpeningRate({
      perSecond: this.#limits.connectionsPerSecondPerAddress,
      burst: this.#limits.connectionBurstPerAddress,
      now: () => performance.now(),
    })
    this.#server = createServer({
      ...secureOptions(options.tls),
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
      noDelay: true,
      maxHeaderSize: MAX_HEADER_SIZE,
      // Never before `#watch`, which says why it ends a connection.
      handshakeTimeout: 2 * this.#limits.handshakeTimeoutMs,
      headersTimeout: this.#limits.handshakeTimeoutMs,
      requestTimeout: this.#limits.handshakeTimeoutMs,
    })
    this.#server.maxHeadersCount = MAX_HEADERS
    this.#server.on('connection', (socket: Socket) => this.#onConnection(socket))
    this.#server.on('secureConnection', (socket: TLSSocket) => this.#secured.add(socket))
    // Node reports failures of TLS here, too.
    this.#server.on('clientError', (error, socket) => {
      if (this.#secured.has(socket)) this.#onHttpError(error, socket as TLSSocket)
      else this.#onTlsError(error, socket as TLSSocket)
    })
    this.#server.on('request', (request, response) => this.#onRequest(request, response))
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#onUpgrade(request, socket as TLSSocket, head).catch(() => socket.destroy())
    })
  }

  get port(): number {
    return this.#bound.port
  }

  get address(): string {
    return this.#bound.address
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#options.port, this.#options.host)
    await once(this.#server, 'listening')
    this.#bound = this.#server.address() as AddressInfo
  }

  setIdentity(tls: TlsIdentity): void {
    this.#server.setSecureContext(secureOptions(tls))
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const { socket, timer } of this.#pending.values()) {
      clearTimeout(timer)
      socket.destroy()
    }
    for (const socket of this.#channels) socket.destroy()
    await closed
  }

  /** A TCP connection, before its TLS handshake. */
  #onConnection(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    if (this.#pending.size >= this.#limits.maxPendingHandshakes) {
      this.#drop(socket, { address, code: 'too_many_handshakes', message: 'too many connections are being opened' })
    } else if (!this.#rate.take(address)) {
      this.#drop(socket, { address, code: 'rate_exceeded', message: 'this address opens connections too fast' })
    } else {
      this.#watch(socket, address)
    }
  }

  #watch(socket: Socket, address: string): void {
    const timer = setTimeout(() => this.#drop(socket, { address, ...late }), this.#limits.handshakeTimeoutMs)
    const peer = peerKey(socket)
    this.#pending.set(peer, { socket, timer })
    socket.once('close', () => this.#settle(peer))
  }

  #drop(socket: Socket, refused: { address: string; code: string; message: string }): void {
    socket.destroy()
    this.#report(refused.address, refused)
  }

  /** The connection is a channel now, or gone. */
  #settle(peer: string): void {
    clearTimeout(this.#pending.get(peer)?.timer)
    this.#pending.delete(peer)
  }

  #onTlsError(error: Error, socket: TLSSocket): void {
    // Without an address it is gone already: it hung up, or was dropped and reported.
    if (socket.remoteAddress !== undefined) this.#report(socket.remoteAddress, { code: 'tls_failed', message: error.message })
    socket.destroy()
  }

  #onHttpError(error: Error, socket: TLSSocket): void {
    const refusal: Refusal = { status: 400, code: 'request_invalid', message: 'the request is not valid HTTP' }
    if (socket.remoteAddress !== undefined) this.#report(socket.remoteAddress, { code: refusal.code, message: error.message })
    if (socket.writable) this.#refuse(socket, refusal)
    else socket.destroy()
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const refusal: Refusal = { status: 426, code: 'upgrade_required', message: 'this is a WebSocket endpoint' }
    this.#report(request.socket.remoteAddress ?? '', refusal)
    response.writeHead(refusal.status, {
      'content-type': 'application/json; charset=utf-8',
      'connection': 'close',
      'upgrade': 'websocket',
    })
    response.end(refusalBody(refusal))
  }

  async #onUpgrade(request: IncomingMessage, socket: TLSSocket, head: Buffer): Promise<void> {
    const remoteAddress = socket.remoteAddress ?? ''
    socket.on('error', ignore)
    const decision = await this.#decide(request, socket)
    if (socket.destroyed) return
    if (!decision.ok) {
      this.#report(remoteAddress, decision)
      this.#refuse(socket, decision)
      return
    }
    if (head.length > 0) socket.unshift(head)
    socket.write(upgradeAnswer(request.headers['sec-websocket-key'] ?? ''))
    this.#open(socket, decision.context)
  }

  async #decide(request: IncomingMessage, socket: TLSSocket): Promise<Authorization<Context>> {
    const invalid = judgeUpgrade(request.method, request.headers)
    if (invalid !== null) return { ok: false, ...invalid }
    const url = request.url ?? '/'
    if (url.length > MAX_URL_LENGTH) return { ok: false, status: 414, code: 'url_too_long', message: 'the address is too long' }
    if (this.#channels.size >= this.#limits.maxConnections) {
      return { ok: false, status: 503, code: 'too_many_connections', message: 'the gateway is full' }
    }
    try {
      const peer: IncomingPeer = {
        ...verifiedPeer(socket),
        remoteAddress: socket.remoteAddress ?? '',
        remotePort: socket.remotePort ?? 0,
      }
      return await this.#options.authorize(peer, { url, headers: request.headers })
    } catch (thrown) {
      if (thrown instanceof TransportError) return { ok: false, status: 403, code: thrown.code, message: thrown.message }
      return { ok: false, status: 500, code: 'internal_error', message: 'the gateway could not decide' }
    }
  }

  #open(socket: TLSSocket, context: Context): void {
    this.#settle(peerKey(socket))
    socket.setTimeout(0)
    this.#channels.add(socket)
    socket.once('close', () => this.#channels.delete(socket))
    this.#options.onConnection(new WebSocketChannel(socket, 'server'), context)
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    socket.end(refusalAnswer(refusal, STATUS_CODES[refusal.status] ?? 'Refused'), () => socket.destroy())
  }

  #report(remoteAddress: string, refused: { code: string; message: string }): void {
    this.#options.onRefused?.({ remoteAddress, code: refused.code, message: refused.message })
  }
}

function peerKey(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}

function ignore(): void {}
