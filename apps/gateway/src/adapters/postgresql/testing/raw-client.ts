/** A tool that speaks the protocol byte by byte, for what no real tool does. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { decodeBackendKey, decodeError, type BackendKey, type ErrorFields } from '../codec/backend.ts'
import { backend, VERSION_3_0 } from '../codec/messages.ts'
import { encodeStartupMessage } from '../codec/startup.ts'

export interface RawMessage {
  /** The letter of the type. */
  readonly type: string
  readonly body: Buffer
}

export class RawClient {
  readonly socket: Socket
  readonly #messages: RawMessage[] = []
  #bytes = Buffer.alloc(0)
  #wake: () => void = () => undefined
  #ended = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('close', () => this.#end())
    socket.on('error', () => this.#end())
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** Connects and signs in; the messages up to the first ReadyForQuery are returned too. */
  static async signIn(
    port: number,
    options: { readonly version?: number; readonly parameters?: Readonly<Record<string, string>> } = {},
  ): Promise<{ readonly client: RawClient; readonly greeting: readonly RawMessage[] }> {
    const client = await RawClient.connect(port)
    const parameters = new Map(Object.entries({ user: 'anybody', database: 'shop', ...options.parameters }))
    client.send(encodeStartupMessage(options.version ?? VERSION_3_0, parameters))
    return { client, greeting: await client.until('Z') }
  }

  send(...messages: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(messages))
  }

  /** The next message; null once the connection has closed. */
  async next(): Promise<RawMessage | null> {
    for (;;) {
      const message = this.#messages.shift()
      if (message !== undefined) return message
      if (this.#ended) return null
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Messages up to and with the first of that type, or up to the end of the connection. */
  async until(type: string): Promise<readonly RawMessage[]> {
    const messages: RawMessage[] = []
    for (;;) {
      const message = await this.next()
      if (message === null) return messages
      messages.push(message)
      if (message.type === type) return messages
    }
  }

  /** Messages up to the end of the connection. */
  rest(): Promise<readonly RawMessage[]> {
    return this.until('')
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    while (this.#bytes.length >= 5) {
      const length = this.#bytes.readInt32BE(1)
      if (this.#bytes.length < 1 + length) break
      this.#messages.push({ type: String.fromCharCode(this.#bytes[0]!), body: this.#bytes.subarray(5, 1 + length) })
      this.#bytes = this.#bytes.subarray(1 + length)
    }
    this.#wake()
  }

  #end(): void {
    this.#ended = true
    this.#wake()
  }
}

const spanOf = (body: Buffer) => ({ buffer: body, start: 0, end: body.length })

export const typesOf = (messages: readonly RawMessage[]): string => messages.map(({ type }) => type).join('')

/** The error among the messages. Throws if there is none. */
export const errorIn = (messages: readonly RawMessage[]): ErrorFields => {
  const found = messages.find(({ type }) => type === 'E')
  if (found === undefined) throw new Error(`no error among ${typesOf(messages)}`)
  return decodeError(spanOf(found.body))
}

export const keyIn = (messages: readonly RawMessage[]): BackendKey => {
  const found = messages.find(({ type }) => type === String.fromCharCode(backend.backendKeyData))
  if (found === undefined) throw new Error('no key')
  return decodeBackendKey(spanOf(found.body))
}

/** The transaction status that the last message, a ReadyForQuery, tells. */
export const statusIn = (messages: readonly RawMessage[]): string => messages.at(-1)?.body.toString() ?? ''
