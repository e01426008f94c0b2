/** One page on its WebSocket: the first message proves that the person opened it, then requests are answered side by side. */
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import { type AppAnswer, type AppEvent, appHello, MAX_APP_MESSAGE } from '../shared/app-messages.ts'

const HELLO_LIMIT = 5_000
const MAX_HELLO = 1_024
const MAX_UNANSWERED = 64
/** Bytes that may wait for a page that does not read. */
const MAX_WAITING = 4 * MAX_APP_MESSAGE
/** Between two signs of life, milliseconds; a page that missed one is gone. */
const HEARTBEAT = 30_000
const REFUSED = 4401
const BROKEN = 1008

export interface WebConnectionOptions {
  readonly socket: WebSocket
  /** Takes the token that a page says hello with, and returns the next; null: it is not good. */
  readonly admit: (token: string) => string | null
  /** Rejects when the message is no request. */
  readonly answer: (message: unknown) => Promise<AppAnswer>
  readonly logger: Logger
  readonly onAdmitted: () => void
  readonly onClosed: () => void
}

export class WebConnection {
  readonly #options: WebConnectionOptions
  readonly #deadline: NodeJS.Timeout
  readonly #heartbeat: NodeJS.Timeout
  #admitted = false
  #alive = true
  #unanswered = 0

  constructor(options: WebConnectionOptions) {
    this.#options = options
    const { socket } = options
    this.#deadline = setTimeout(() => this.#drop(REFUSED, 'it said no hello'), HELLO_LIMIT)
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT)
    socket.on('message', (data: Buffer, binary: boolean) => this.#receive(data, binary))
    socket.on('pong', () => (this.#alive = true))
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(this.#deadline)
      clearInterval(this.#heartbeat)
      options.onClosed()
    })
  }

  tell(event: AppEvent): void {
    if (this.#admitted) this.#send(event)
  }

  close(): void {
    this.#options.socket.close(1001)
    this.#options.socket.terminate()
  }

  #receive(data: Buffer, binary: boolean): void {
    const value = binary ? undefined : parseText(data)
    if (value === undefined) return this.#drop(BROKEN, 'it sent something that is no JSON')
    if (!this.#admitted) return this.#greet(data.length > MAX_HELLO ? null : value)
    this.#answer(value)
  }

  #greet(value: unknown): void {
    const hello = appHello.safeParse(value)
    const next = hello.success ? this.#options.admit(hello.data.token) : null
    if (next === null) return this.#drop(REFUSED, 'its token is not good')
    clearTimeout(this.#deadline)
    this.#admitted = true
    this.#options.onAdmitted()
    this.#send({ welcome: 1, next })
  }

  #answer(value: unknown): void {
    if (this.#unanswered >= MAX_UNANSWERED) return this.#drop(BROKEN, 'it asks more than is answered')
    this.#unanswered += 1
    this.#options
      .answer(value)
      .then((answer) => this.#send(answer))
      .catch((error: unknown) =>
        this.#drop(BROKEN, error instanceof SallyportError ? error.message : 'an answer could not be sent'),
      )
      .finally(() => (this.#unanswered -= 1))
      .catch(() => {})
  }

  #send(message: unknown): void {
    const { socket } = this.#options
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > MAX_WAITING) this.#drop(BROKEN, 'it does not read')
    else socket.send(JSON.stringify(message))
  }

  #beat(): void {
    if (!this.#alive) return this.#options.socket.terminate()
    this.#alive = false
    this.#options.socket.ping()
  }

  #drop(code: number, why: string): void {
    this.#options.logger.warn({ event: 'web.dropped', why }, 'a page was dropped')
    this.#options.socket.close(code)
  }
}

/** undefined: it is none. */
const parseText = (data: Buffer): unknown => {
  try {
    return JSON.parse(data.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
