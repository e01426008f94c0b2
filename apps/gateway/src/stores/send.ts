/**
 * HTTPS to a store: dialled by the same rules as a resource, its certificate verified, its answer bounded. Every driver's
 * client library sends through this, so that none of them follows a redirect or reaches the gateway's own surroundings.
 */
import { constants } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { SallyportError } from '@sallyport/protocol'
import type { AddressRules } from '../upstream/address-rules.ts'
import { dial, type Resolve } from '../upstream/dial.ts'
import { connectVerified } from '../upstream/verified-tls.ts'
import type { StoreAnswer, StoreRequest, StoreServices } from './store.ts'

const MAX_ANSWER = 64 * 1024
const HTTPS_PORT = 443

const failureOf = (cause: unknown, signal: AbortSignal): SallyportError => {
  if (signal.aborted) return new SallyportError('store_slow', { cause })
  if (cause instanceof SallyportError && cause.code === 'address_refused') return cause
  return new SallyportError('store_unreachable', { cause })
}

/** `[::1]` as `::1`. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

const readBody = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > MAX_ANSWER) throw new Error('the store answered with more than is expected')
    }
    return Buffer.concat(chunks)
  } finally {
    for (const chunk of chunks) chunk.fill(0)
  }
}

const headersOf = (incoming: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(incoming.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  )

const exchange = async (stream: TLSSocket, { method, url, headers, body, signal }: StoreRequest): Promise<StoreAnswer> => {
  const answered = Promise.withResolvers<IncomingMessage>()
  const outgoing = request(
    {
      createConnection: () => stream,
      method,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, 'host': url.host, 'content-length': String(body?.length ?? 0), 'connection': 'close' },
      signal,
    },
    answered.resolve,
  )
  outgoing.on('error', answered.reject)
  outgoing.end(body)
  const incoming = await answered.promise
  return { status: incoming.statusCode ?? 0, headers: headersOf(incoming), body: await readBody(incoming) }
}

export const sendingToStores =
  (rules: AddressRules, resolve: Resolve): StoreServices['send'] =>
  async (asked) => {
    const { url, signal } = asked
    if (url.protocol !== 'https:') throw new SallyportError('store_unreachable', { cause: new Error('stores speak HTTPS') })
    const host = hostOf(url)
    let close: () => void = () => undefined
    try {
      const socket = await dial({ host, port: Number(url.port || HTTPS_PORT), signal }, rules, resolve)
      close = () => socket.destroy()
      signal.addEventListener('abort', close)
      const { stream } = await connectVerified(
        { socket, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION, ALPNProtocols: ['http/1.1'] },
        { certificates: asked.authority ?? '', name: host },
      )
      return await exchange(stream, asked)
    } catch (cause) {
      throw failureOf(cause, signal)
    } finally {
      signal.removeEventListener('abort', close)
      close()
    }
  }
