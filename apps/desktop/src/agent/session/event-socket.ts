/** The agent's one signed event socket: tells which topics changed, and that the session ended. `spec/control-link.md`. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Backoff } from '@sallyport/program'
import {
  type AgentEvent,
  agentEvent,
  type CallSigners,
  controlPaths,
  controlSubprotocols,
  isErrorCode,
  SallyportError,
  signCall,
} from '@sallyport/protocol'
import { errorBody } from './refusal.ts'
import type { Logger } from 'pino'
import { WebSocket } from 'ws'
import { endsSession } from '../../shared/session-ends.ts'

/** The close code by which the API ends a session; the reason is the error code. */
const SESSION_ENDED = 4401
const HANDSHAKE_LIMIT = 10_000
/** The API pings every 20 s. */
const SILENCE_LIMIT = 50_000
const MAX_MESSAGE = 4096
const NONCE_BYTES = 16

export interface EventSocketOptions {
  readonly origin: string
  /** PEM; undefined: web PKI. */
  readonly ca: string | undefined
  readonly signers: () => CallSigners
  readonly logger: Logger
  readonly onEvent: (event: AgentEvent) => void
  readonly onEnded: (error: SallyportError) => void
  /** It opened: what was missed meanwhile is told now. */
  readonly onOpen: () => void
  /** It broke, or could not be opened; it goes on trying. */
  readonly onLost: () => void
}

export class EventSocket {
  readonly #options: EventSocketOptions
  readonly #backoff = new Backoff({ firstMs: 500, longestMs: 30_000 })
  #socket: WebSocket | null = null
  #retry: NodeJS.Timeout | null = null
  #silence: NodeJS.Timeout | null = null
  #stopped = false

  constructor(options: EventSocketOptions) {
    this.#options = options
  }

  start(): void {
    this.#connect().catch((error: unknown) => this.#failed(error))
  }

  /** Connects anew at once: the network may have changed. */
  refresh(): void {
    if (this.#stopped) return
    this.#backoff.reset()
    if (this.#socket === null) {
      if (this.#retry !== null) clearTimeout(this.#retry)
      this.start()
    } else {
      this.#socket.terminate()
    }
  }

  stop(): void {
    this.#stopped = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#socket?.terminate()
  }

  async #connect(): Promise<void> {
    const { origin, ca, signers } = this.#options
    const targetUri = `${origin}${controlPaths.agent}`
    const call = { method: 'GET', targetUri, fields: {}, body: new Uint8Array() }
    const created = Math.floor(Date.now() / 1000)
    const headers = await signCall(call, signers(), { nonce: randomBytes(NONCE_BYTES), created })
    if (this.#stopped) return
    const socket = new WebSocket(targetUri.replace(/^https:/, 'wss:'), controlSubprotocols.agent, {
      headers,
      ...(ca === undefined ? {} : { ca }),
      minVersion: 'TLSv1.3',
      handshakeTimeout: HANDSHAKE_LIMIT,
      maxPayload: MAX_MESSAGE,
      perMessageDeflate: false,
      followRedirects: false,
    })
    this.#socket = socket
    socket.on('open', () => {
      this.#backoff.reset()
      this.#heard(socket)
      this.#options.onOpen()
    })
    socket.on('ping', () => this.#heard(socket))
    socket.on('message', (data: Buffer) => this.#receive(socket, data))
    socket.on('unexpected-response', (_request, response) => this.#refused(socket, response))
    socket.on('error', (error) => this.#options.logger.debug({ event: 'events.error', error }, 'the event socket broke'))
    socket.on('close', (code, reason) => this.#closed(code, reason.toString()))
  }

  #heard(socket: WebSocket): void {
    if (this.#silence !== null) clearTimeout(this.#silence)
    this.#silence = setTimeout(() => socket.terminate(), SILENCE_LIMIT)
  }

  #receive(socket: WebSocket, data: Buffer): void {
    this.#heard(socket)
    try {
      this.#options.onEvent(agentEvent.parse(JSON.parse(data.toString('utf8'))))
    } catch (error) {
      this.#options.logger.warn({ event: 'events.invalid', error }, 'an event could not be read')
    }
  }

  #refused(socket: WebSocket, response: IncomingMessage): void {
    errorBody(response).then(
      (error) => {
        socket.terminate()
        if (error === null) return
        this.#options.logger.info({ event: 'events.refused', code: error.code }, 'the event socket was refused')
        if (endsSession(error.code)) this.#ended(error)
      },
      () => socket.terminate(),
    )
  }

  #closed(code: number, reason: string): void {
    this.#socket = null
    if (this.#silence !== null) clearTimeout(this.#silence)
    if (this.#stopped) return
    if (code === SESSION_ENDED) {
      this.#ended(new SallyportError(isErrorCode(reason) && endsSession(reason) ? reason : 'session_revoked'))
      return
    }
    this.#failed(new Error(`closed with ${code}`))
  }

  #ended(error: SallyportError): void {
    if (this.#stopped) return
    this.stop()
    this.#options.onEnded(error)
  }

  #failed(error: unknown): void {
    if (this.#stopped) return
    this.#options.logger.debug({ event: 'events.retry', error }, 'the event socket is not open')
    this.#options.onLost()
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.start(), this.#backoff.next())
  }
}
