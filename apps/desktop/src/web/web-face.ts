/**
 * The app in a browser: serves the built renderer on loopback, and answers its page over a WebSocket. For computers where the app
 * cannot run, and for whoever likes a browser better. There are no cookies: a page is let in by a token that it says once.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { WebSocketServer } from 'ws'
import { type Assets, readAssets } from '../host/assets.ts'
import { pageHeaders } from '../host/page-headers.ts'
import { type AppAnswer, type AppEvent, MAX_APP_MESSAGE } from '../shared/app-messages.ts'
import { LOOPBACK_SOCKET_PATH, LOOPBACK_TOKEN_FIELD } from '../shared/app-api.ts'
import { OneTimeTokens } from './one-time-tokens.ts'
import { isOwnSocket, pathForUs } from './request-guard.ts'
import { WebConnection } from './web-connection.ts'

/** Milliseconds for an address that was handed out to be opened. */
const INVITATION_LIFETIME = 5 * 60_000
/** Milliseconds for a page that lost its connection to come back: a night of sleep. */
const RETURN_LIFETIME = 12 * 3_600_000
const MAX_PAGES = 16
const MAX_STRANGERS = 4
const MAX_SOCKETS = 64
const REQUEST_LIMIT = 10_000

export interface WebFaceOptions {
  /** Where the built renderer lies. */
  readonly folder: string
  readonly answer: (message: unknown) => Promise<AppAnswer>
  readonly logger: Logger
}

export class WebFace {
  readonly #options: WebFaceOptions
  readonly #tokens = new OneTimeTokens()
  readonly #pages = new Set<WebConnection>()
  readonly #sockets: WebSocketServer
  readonly #server: Server
  #strangers = 0
  #starting: Promise<number> | null = null
  #assets: Assets | null = null

  constructor(options: WebFaceOptions) {
    this.#options = options
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_APP_MESSAGE, perMessageDeflate: false })
    this.#server = createServer(
      { requestTimeout: REQUEST_LIMIT, headersTimeout: REQUEST_LIMIT, maxHeaderSize: 16 * 1024 },
      (request, response) => this.#serve(request, response),
    )
    this.#server.maxConnections = MAX_SOCKETS
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head))
    this.#server.on('clientError', (_error, socket: Duplex) => socket.destroy())
  }

  /** An address that lets one page in, for five minutes; listens from the first call on. Throws when there is no built renderer. */
  async invite(): Promise<string> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = null
      throw error
    })
    const port = await this.#starting
    return `http://127.0.0.1:${port}/#${LOOPBACK_TOKEN_FIELD}=${this.#tokens.issue(INVITATION_LIFETIME)}`
  }

  tell(event: AppEvent): void {
    for (const page of this.#pages) page.tell(event)
  }

  async close(): Promise<void> {
    for (const page of this.#pages) page.close()
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  async #start(): Promise<number> {
    this.#assets = await readAssets(this.#options.folder)
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this.#port
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = pathForUs(request, this.#port)
    const asset = path === null ? null : (this.#assets?.find(path) ?? null)
    for (const [name, value] of Object.entries(pageHeaders('loopback'))) response.setHeader(name, value)
    // A request with a body is none of ours; what follows is not read.
    if (path === null) response.setHeader('connection', 'close')
    if (asset === null) response.writeHead(path === null ? 403 : 404).end()
    else response.writeHead(200, { 'content-type': asset.type, 'content-length': asset.body.length }).end(asset.body)
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => {})
    if (!isOwnSocket(request, this.#port, LOOPBACK_SOCKET_PATH)) return refuse(socket, '403 Forbidden')
    if (this.#pages.size >= MAX_PAGES || this.#strangers >= MAX_STRANGERS) return refuse(socket, '503 Service Unavailable')
    this.#strangers += 1
    let stranger = true
    const known = (): void => {
      if (stranger) this.#strangers -= 1
      stranger = false
    }
    this.#sockets.handleUpgrade(request, socket, head, (accepted) => {
      const { answer, logger } = this.#options
      const page = new WebConnection({
        socket: accepted,
        admit: (token) => (this.#tokens.take(token) ? this.#tokens.issue(RETURN_LIFETIME) : null),
        answer,
        logger,
        onAdmitted: () => {
          known()
          this.#pages.add(page)
        },
        onClosed: () => {
          known()
          this.#pages.delete(page)
        },
      })
    })
    // Also when the handshake itself was refused.
    socket.once('close', known)
  }
}

const refuse = (socket: Socket, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
