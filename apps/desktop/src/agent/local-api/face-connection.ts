/** One face on the local socket: both sides prove the token, then requests are answered, side by side. */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { isErrorCode, SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import {
  encodeLine,
  faceProofMessage,
  helloMessage,
  isProof,
  LineDecoder,
  MAX_LINE,
  NONCE_LENGTH,
  proofOf,
  requestMessage,
} from '../../local/local-wire.ts'
import type { FindingEvent } from '../../shared/diagnosis.ts'
import type { LocalEvent } from '../../shared/local-event.ts'
import type { LocalMethodName } from '../../shared/local-api.ts'
import { issuePaths } from '@sallyport/protocol/api'

const HANDSHAKE_LIMIT = 5_000
/** Requests of one face that are not answered yet. */
const MAX_UNANSWERED = 64
/** Bytes that may wait for a face that does not read. */
const MAX_WAITING = 4 * MAX_LINE
const MAX_MESSAGE = 2_000

export interface FaceOptions {
  readonly socket: Socket
  readonly token: Uint8Array
  /** Checks the parameters itself. Rejects with coded errors. */
  readonly answer: (method: LocalMethodName, params: unknown) => Promise<unknown>
  readonly logger: Logger
  readonly onClosed: () => void
}

type State =
  | { readonly at: 'hello' }
  | { readonly at: 'proof'; readonly nonces: readonly [agent: string, face: string] }
  | { readonly at: 'open' }

export class FaceConnection {
  readonly #options: FaceOptions
  readonly #lines = new LineDecoder()
  readonly #timer: NodeJS.Timeout
  #state: State = { at: 'hello' }
  #unanswered = 0
  #subscribed = false

  constructor(options: FaceOptions) {
    this.#options = options
    const { socket } = options
    this.#timer = setTimeout(() => this.#drop('its handshake took too long'), HANDSHAKE_LIMIT)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(this.#timer)
      options.onClosed()
    })
  }

  tell(event: LocalEvent | FindingEvent): void {
    if (this.#subscribed) this.#send(event)
  }

  /** Sends what was answered, and ends. */
  close(): void {
    this.#options.socket.end()
    this.#options.socket.destroySoon()
  }

  #receive(chunk: Buffer): void {
    try {
      for (const value of this.#lines.push(chunk)) this.#take(value)
    } catch (error) {
      this.#drop(error instanceof Error ? error.message : 'it broke the protocol')
    }
  }

  #take(value: unknown): void {
    if (this.#options.socket.destroyed) return
    switch (this.#state.at) {
      case 'hello':
        return this.#prove(helloMessage.parse(value).nonce)
      case 'proof':
        return this.#check(faceProofMessage.parse(value).proof, this.#state.nonces)
      case 'open':
        return this.#request(value)
    }
  }

  #prove(face: string): void {
    const agent = randomBytes(NONCE_LENGTH).toString('base64url')
    this.#state = { at: 'proof', nonces: [agent, face] }
    this.#send({ nonce: agent, proof: proofOf(this.#options.token, 'agent', [face, agent]) })
  }

  #check(proof: string, nonces: readonly [agent: string, face: string]): void {
    if (!isProof(proofOf(this.#options.token, 'face', nonces), proof)) return this.#drop('it does not know the token')
    clearTimeout(this.#timer)
    this.#state = { at: 'open' }
  }

  #request(value: unknown): void {
    const request = requestMessage.safeParse(value)
    if (!request.success) {
      const id = idOf(value)
      if (id === null) return this.#drop('it sent something that is no request')
      const details = issuePaths(request.error, 'request')
      return this.#sendError(
        id,
        new SallyportError('invalid_request', { message: 'The agent does not know this method.', details }),
      )
    }
    const { id, method, params } = request.data
    if (this.#unanswered >= MAX_UNANSWERED) return this.#sendError(id, new SallyportError('rate_limited'))
    this.#unanswered += 1
    if (method === 'subscribe') this.#subscribed = true
    this.#options
      .answer(method, params)
      .then(
        (result) => this.#sendResult(id, result),
        (error: unknown) => this.#sendError(id, this.#coded(method, error)),
      )
      .catch((error: unknown) => this.#drop(`an answer could not be sent: ${String(error)}`))
      .finally(() => (this.#unanswered -= 1))
      .catch(() => {})
  }

  /** Only codes and public texts leave this process; the cause stays in its log. */
  #coded(method: string, error: unknown): SallyportError {
    if (error instanceof SallyportError && error.code !== 'internal') return error
    this.#options.logger.error({ event: 'local.failed', method, error }, 'a request of a face failed')
    return error instanceof SallyportError ? error : new SallyportError('internal', { cause: error })
  }

  #sendResult(id: number, result: unknown): void {
    const line = encodeLine({ id, result: result ?? {} })
    if (Buffer.byteLength(line) > MAX_LINE) this.#sendError(id, new SallyportError('payload_too_large'))
    else this.#write(line)
  }

  #sendError(id: number, error: SallyportError): void {
    const code = isErrorCode(error.code) ? error.code : 'internal'
    const body = { code, message: error.message.slice(0, MAX_MESSAGE), ...(error.details ? { details: error.details } : {}) }
    this.#send({ id, error: body })
  }

  #send(message: unknown): void {
    this.#write(encodeLine(message))
  }

  #write(line: string): void {
    const { socket } = this.#options
    if (socket.destroyed) return
    if (socket.writableLength > MAX_WAITING) this.#drop('it does not read')
    else socket.write(line)
  }

  #drop(why: string): void {
    this.#options.logger.warn({ event: 'local.dropped', why }, 'a face was dropped')
    this.#options.socket.destroy()
  }
}

/** Of a request that is otherwise unreadable. */
const idOf = (value: unknown): number | null =>
  typeof value === 'object' && value !== null && 'id' in value && Number.isSafeInteger(value.id) && (value.id as number) >= 0
    ? (value.id as number)
    : null
