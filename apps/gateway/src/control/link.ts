/**
 * The gateway's end of the control link: says hello, takes the snapshot or what it missed, applies revocations in order and
 * confirms them, and dials again when it hears nothing. The protocol's `spec/control-link.md`.
 */
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { Backoff } from '@sallyport/program'
import {
  type ControlFromApi,
  controlFromApi,
  type ControlFromGateway,
  controlPaths,
  controlSubprotocols,
  type Endpoint,
  type ErrorCode,
  HEARTBEAT_INTERVAL,
  isErrorCode,
  MAX_CONTROL_FRAME,
  MAX_PROBES,
  type ProbeStep,
  type Revocation,
  signCall,
  type Signer,
} from '@sallyport/protocol'
import { inBackground } from '../in-background.ts'

/** Milliseconds between two words about open connections. */
const CONNECTIONS_INTERVAL = 1_000
/** A side that hears nothing for so long closes, in milliseconds. So long the gateway also counts as connected without a link. */
const SILENCE_LIMIT = 3 * HEARTBEAT_INTERVAL
const HANDSHAKE_LIMIT = 10_000
const NONCE_BYTES = 16

const MAX_REFUSAL = 16 * 1024
/** With which the API refuses a gateway that was taken away while it had no link. */
const TAKEN_AWAY: ReadonlySet<string> = new Set<ErrorCode>(['certificate_revoked', 'gateway_unknown'])
const refusal = z.object({ error: z.object({ code: z.string().refine(isErrorCode) }) })

/** Null: what answered told none. */
const codeOfRefusal = async (response: IncomingMessage): Promise<string | null> => {
  try {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > MAX_REFUSAL) return null
      chunks.push(chunk)
    }
    return refusal.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).error.code
  } catch {
    return null
  }
}

/** What a WebSocket to the API is opened with. */
export interface LinkCredentials {
  readonly cert: string
  readonly key: string
  /** PEM; absent: web PKI. */
  readonly ca?: string
}

/** What the link tells the rest of the gateway. Connections are closed when a promise resolves. */
export interface LinkEvents {
  readonly onSnapshot: (revocations: readonly Revocation[]) => Promise<void>
  readonly onRevocations: (revocations: readonly Revocation[]) => Promise<void>
  readonly onTrustBundle: (number: number) => void
  /** Tries to reach an endpoint. Never rejects. */
  readonly onProbe: (endpoint: Endpoint) => Promise<readonly ProbeStep[]>
  /** Jobs may wait for this gateway. */
  readonly onJobs: () => void
  /** The gateway itself is revoked or replaced. */
  readonly onStop: (code: string) => void
  readonly onState: (state: 'connected' | 'lost', detail: string) => void
}

export interface LinkOptions {
  /** Origin of the API's listener for gateways. */
  readonly origin: string
  readonly signer: Signer
  readonly credentials: () => LinkCredentials
  readonly version: string
  readonly trustBundle: () => number
  readonly status: () => Omit<Extract<ControlFromGateway, { type: 'status' }>, 'type'>
  /** What changed among open connections; `reset`: all of them. */
  readonly connections: (reset: boolean) => readonly Extract<ControlFromGateway, { type: 'connections' }>[]
  readonly events: LinkEvents
  readonly random: (bytes: number) => Uint8Array
  readonly clock: () => number
  /** Milliseconds that only grow. */
  readonly monotonic: () => number
}

export class ControlLink {
  readonly #options: LinkOptions
  readonly #stopping = new AbortController()
  readonly #backoff = new Backoff({ firstMs: 100, longestMs: 5_000 })
  #socket: WebSocket | null = null
  /** The last revocation that was applied: everything it concerns is closed. null before the first snapshot. */
  #applied: number | null = null
  /** The last one whose connections are being closed: closing one takes time, and the next does not wait for it. */
  #received: number | null = null
  /** Confirms in order what was closed. */
  #confirming: Promise<void> = Promise.resolve()
  /** When it was last known that nothing is missing. */
  #currentAt = Number.NEGATIVE_INFINITY
  /** Messages are handled one after the other, also where handling takes time. */
  #work: Promise<void> = Promise.resolve()
  #running: Promise<void> | null = null
  #probes = 0

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /** No revocation can be missing for longer than three heartbeats. False also before the first snapshot. */
  get isCurrent(): boolean {
    return this.#options.monotonic() - this.#currentAt <= SILENCE_LIMIT
  }

  get applied(): number | null {
    return this.#applied
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#socket?.terminate()
    await this.#running
  }

  /** Opens a new link with the present certificate. */
  reconnect(): void {
    this.#socket?.close(1000)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const detail = await this.#connect().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      if (signal.aborted) return
      this.#options.events.onState('lost', detail)
      await this.#backoff.wait(signal)
    }
  }

  /** Resolves when the link is over, to why. */
  async #connect(): Promise<string> {
    const target = `${this.#options.origin}${controlPaths.gateway}`
    const headers = await signCall(
      { method: 'GET', targetUri: target, fields: {}, body: new Uint8Array() },
      [{ label: 'gateway', signer: this.#options.signer }],
      { nonce: this.#options.random(NONCE_BYTES), created: Math.floor(this.#options.clock() / 1000) },
    )
    const socket = new WebSocket(target.replace(/^https:/, 'wss:'), [controlSubprotocols.gateway], {
      ...this.#options.credentials(),
      headers,
      minVersion: 'TLSv1.3',
      perMessageDeflate: false,
      maxPayload: MAX_CONTROL_FRAME,
      handshakeTimeout: HANDSHAKE_LIMIT,
      followRedirects: false,
    })
    this.#socket = socket
    const detail = await this.#serve(socket)
    this.#socket = null
    // What came before the end is applied before another hello says what is missing.
    await this.#work
    await this.#confirming
    return detail
  }

  #serve(socket: WebSocket): Promise<string> {
    return new Promise((resolve) => {
      let heard = this.#options.monotonic()
      let detail = ''
      const watch = setInterval(() => {
        if (this.#options.monotonic() - heard > SILENCE_LIMIT) socket.terminate()
        else this.#send(socket, { type: 'status', ...this.#options.status() })
      }, HEARTBEAT_INTERVAL)
      const telling = setInterval(() => this.#tellConnections(socket, false), CONNECTIONS_INTERVAL)
      socket.on('open', () => {
        this.#options.events.onState('connected', '')
        this.#sayHello(socket)
        this.#tellConnections(socket, true)
      })
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        heard = this.#options.monotonic()
        this.#work = this.#work.then(() => this.#receive(socket, isBinary ? null : data))
      })
      socket.on('unexpected-response', (_request, response) => {
        const told = codeOfRefusal(response).then((code) => {
          detail = `refused: ${code ?? `HTTP ${response.statusCode}`}`
          socket.terminate()
          if (code !== null && TAKEN_AWAY.has(code)) this.#options.events.onStop(code)
        })
        inBackground(told)
      })
      socket.on('error', (error) => {
        detail ||= error.message
      })
      socket.on('close', (code, reason) => {
        clearInterval(watch)
        clearInterval(telling)
        resolve(detail || `closed with ${code} ${reason.toString()}`)
      })
    })
  }

  #sayHello(socket: WebSocket): void {
    const { version, trustBundle } = this.#options
    this.#received = this.#applied
    this.#send(socket, { type: 'hello', since: this.#applied, version, trustBundle: trustBundle() })
  }

  #tellConnections(socket: WebSocket, reset: boolean): void {
    // What is not sent now is told by the next link, which begins with everything; who does not read is not told more.
    if (socket.readyState !== WebSocket.OPEN || (!reset && socket.bufferedAmount > MAX_CONTROL_FRAME)) return
    for (const frame of this.#options.connections(reset)) this.#send(socket, frame)
  }

  /** Beside everything else: revocations do not wait for a test. */
  async #probe(socket: WebSocket, id: string, endpoint: Endpoint): Promise<void> {
    if (this.#probes >= MAX_PROBES) return
    this.#probes += 1
    try {
      this.#send(socket, { type: 'probed', id, steps: [...(await this.#options.events.onProbe(endpoint))] })
    } finally {
      this.#probes -= 1
    }
  }

  #send(socket: WebSocket, message: ControlFromGateway): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }

  async #receive(socket: WebSocket, data: Buffer | null): Promise<void> {
    const message = data === null ? null : parse(data)
    if (message === null) {
      socket.close(4400, 'protocol_error')
      return
    }
    try {
      await this.#apply(socket, message)
    } catch (error) {
      this.#fail(socket, error)
    }
  }

  /** Something could not be closed: nothing is confirmed, and a new link tells it again. */
  #fail(socket: WebSocket, error: unknown): void {
    if (socket === this.#socket) this.#socket = null
    this.#options.events.onState('lost', `a control message failed: ${String(error)}`)
    socket.terminate()
  }

  async #apply(socket: WebSocket, message: ControlFromApi): Promise<void> {
    const { events } = this.#options
    switch (message.type) {
      case 'snapshot':
        await events.onSnapshot(message.revocations)
        this.#received = message.head
        this.#confirm(socket, message.head)
        return
      case 'revocations':
        this.#applyRevocations(socket, message.revocations)
        return
      case 'heartbeat':
        if (this.#received !== null && this.#received >= message.head) this.#isCurrentNow()
        else this.#sayHello(socket)
        if (message.trustBundle > this.#options.trustBundle()) events.onTrustBundle(message.trustBundle)
        return
      case 'trust-bundle':
        events.onTrustBundle(message.number)
        return
      case 'probe':
        inBackground(this.#probe(socket, message.id, message.endpoint))
        return
      case 'jobs':
        events.onJobs()
        return
      case 'stop':
        events.onStop(message.code)
    }
  }

  #applyRevocations(socket: WebSocket, revocations: readonly Revocation[]): void {
    if (this.#received === null) return
    const received = this.#received
    const news = revocations.filter(({ number }) => number > received)
    const isConsecutive = news.every(({ number }, index) => number === received + 1 + index)
    if (!isConsecutive) {
      this.#sayHello(socket)
      return
    }
    const last = news.at(-1)
    if (last === undefined) return
    this.#received = last.number
    this.#isCurrentNow()
    const closed = this.#options.events.onRevocations(news)
    this.#confirming = Promise.all([closed, this.#confirming]).then(
      () => this.#confirm(socket, last.number),
      (error: unknown) => this.#fail(socket, error),
    )
  }

  #confirm(socket: WebSocket, number: number): void {
    if (socket !== this.#socket) return
    this.#applied = number
    this.#isCurrentNow()
    this.#send(socket, { type: 'applied', revocation: number })
  }

  #isCurrentNow(): void {
    this.#currentAt = this.#options.monotonic()
    this.#backoff.reset()
  }
}

const parse = (data: Buffer): ControlFromApi | null => {
  try {
    return controlFromApi.parse(JSON.parse(data.toString('utf8')))
  } catch {
    return null
  }
}
