/** The faces' side of the local API. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { SallyportError } from '@sallyport/protocol'
import type { z } from 'zod'
import type { FindingEvent } from '../shared/diagnosis.ts'
import type { LocalEvent } from '../shared/local-event.ts'
import { localMethods, type LocalMethodName, type LocalParams, type LocalResult } from '../shared/local-api.ts'
import {
  agentProofMessage,
  type AnswerMessage,
  answerMessage,
  encodeLine,
  isProof,
  LineDecoder,
  NONCE_LENGTH,
  proofOf,
} from './local-wire.ts'

export interface LocalClient {
  /** Throws what the agent answered; `stopping` when the agent ends meanwhile. */
  call<Name extends LocalMethodName>(method: Name, params: LocalParams<Name>): Promise<LocalResult<Name>>
  onEvent(listener: (event: LocalEvent) => void): void
  /** Of diagnoses that are under way, to whoever subscribed. */
  onFinding(listener: (event: FindingEvent) => void): void
  /** Resolves when the agent has gone or {@link close} was called. */
  readonly closed: Promise<void>
  close(): void
}

export interface LocalAddress {
  /** Path of the unix socket or name of the pipe. */
  readonly socket: string
  /** File that holds the token. */
  readonly tokenFile: string
}

/** Milliseconds for the agent to prove itself. */
const HANDSHAKE_LIMIT = 10_000

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Connects and proves itself. Throws the socket's own error when no agent listens, `identity_mismatch` when it is not ours. */
export const connectLocal = async (address: LocalAddress): Promise<LocalClient> => {
  const token = await readFile(address.tokenFile)
  const socket = await opened(address.socket)
  const lines = new LineReader(socket)
  const timer = setTimeout(() => socket.destroy(), HANDSHAKE_LIMIT)
  const own = randomBytes(NONCE_LENGTH).toString('base64url')
  socket.write(encodeLine({ hello: 1, nonce: own }))
  const answer = agentProofMessage.safeParse(await lines.next())
  clearTimeout(timer)
  if (!answer.success || !isProof(proofOf(token, 'agent', [own, answer.data.nonce]), answer.data.proof)) {
    socket.destroy()
    throw new SallyportError('identity_mismatch', { message: 'The program behind the agent’s socket is not the agent.' })
  }
  socket.write(encodeLine({ proof: proofOf(token, 'face', [answer.data.nonce, own]) }))
  return new SocketClient(socket, lines)
}

const opened = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })

/** Hands out the values of lines, one at a time or to a listener. */
class LineReader {
  readonly #decoder = new LineDecoder()
  readonly #values: unknown[] = []
  #listener: ((value: unknown) => void) | null = null
  #ended = false

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      try {
        this.#values.push(...this.#decoder.push(chunk))
      } catch (error) {
        socket.destroy(error as Error)
        return
      }
      this.#drain()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#ended = true
      this.#listener?.(undefined)
    })
  }

  /** The next value; undefined when the socket closed. */
  next(): Promise<unknown> {
    return new Promise((resolve) => {
      this.each((value) => {
        this.#listener = null
        resolve(value)
      })
    })
  }

  each(listener: (value: unknown) => void): void {
    this.#listener = listener
    this.#drain()
    if (this.#ended) this.#listener?.(undefined)
  }

  #drain(): void {
    while (this.#listener && this.#values.length > 0) this.#listener(this.#values.shift())
  }
}

class SocketClient implements LocalClient {
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #pending = new Map<number, Pending>()
  #next = 0
  #listener: (event: LocalEvent) => void = () => {}
  #findings: (event: FindingEvent) => void = () => {}

  constructor(socket: Socket, lines: LineReader) {
    this.#socket = socket
    this.closed = new Promise((resolve) => {
      lines.each((value) => {
        if (value !== undefined) return this.#receive(value)
        for (const { reject } of this.#pending.values())
          reject(new SallyportError('stopping', { message: 'The agent has stopped.' }))
        this.#pending.clear()
        resolve()
      })
    })
  }

  async call<Name extends LocalMethodName>(method: Name, params: LocalParams<Name>): Promise<LocalResult<Name>> {
    if (this.#socket.destroyed) throw new SallyportError('stopping', { message: 'The agent has stopped.' })
    const id = this.#next++
    const result = await new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#socket.write(encodeLine({ id, method, params }))
    })
    return (localMethods[method].result as z.ZodType).parse(result) as LocalResult<Name>
  }

  onEvent(listener: (event: LocalEvent) => void): void {
    this.#listener = listener
  }

  onFinding(listener: (event: FindingEvent) => void): void {
    this.#findings = listener
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(value: unknown): void {
    const message = answerMessage.safeParse(value)
    if (message.success) this.#settle(message.data)
    else this.#socket.destroy()
  }

  #settle(message: AnswerMessage): void {
    if ('finding' in message) return this.#findings(message)
    if ('event' in message) return this.#listener(message)
    const pending = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if (!('error' in message)) return pending?.resolve(message.result)
    const { code, message: text, details } = message.error
    pending?.reject(new SallyportError(code, { message: text, ...(details ? { details } : {}) }))
  }
}
