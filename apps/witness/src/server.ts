/** The witness over HTTP: `POST /add-checkpoint`, and `GET /<origin hash>/checkpoint` for whoever wants to compare. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { MAX_WITNESS_REQUEST } from '@sallyport/audit-log'
import type { Logger } from 'pino'
import { addCheckpoint, type Answer, type WitnessParts } from './add-checkpoint.ts'
import { readHead } from './heads.ts'
import { rateLimit } from './rate.ts'

const TIMEOUT = 10_000
const MAX_CONNECTIONS = 256
const RATE = { burst: 100, perSecond: 20 }

export interface ServeOptions extends WitnessParts {
  readonly folder: string
  readonly host: string
  readonly port: number
  /** PEM; null: plain HTTP, for loopback or behind something that ends TLS. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  readonly logger: Logger
}

export interface RunningWitness {
  readonly port: number
  close(): Promise<void>
}

/** Null when it is too long; empty when it is not UTF-8. */
const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_WITNESS_REQUEST) return null
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  const text = body.toString('utf8')
  return Buffer.from(text).equals(body) ? text : ''
}

const listen = (server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })

export const serveWitness = async (options: ServeOptions): Promise<RunningWitness> => {
  const { folder, logger, tls, clock } = options
  const mayAsk = rateLimit(RATE, clock)

  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const path = request.url ?? ''
    if (!mayAsk(request.socket.remoteAddress ?? '')) return { status: 429, body: 'Too many requests.\n' }
    if (request.method === 'POST' && path === '/add-checkpoint') {
      const body = await readBody(request)
      return body === null ? { status: 413, body: 'The request is too long.\n' } : addCheckpoint(body, options)
    }
    const [, hash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? []
    const head = request.method === 'GET' && hash !== undefined ? await readHead(folder, hash) : null
    return head === null ? { status: 404, body: 'Not found.\n' } : { status: 200, body: head }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let answer: Answer
    try {
      answer = await answerTo(request)
    } catch (error) {
      logger.error({ event: 'request.failed', err: error }, 'a request could not be answered')
      answer = { status: 500, body: 'The witness cannot answer now.\n' }
    }
    if (answer.reason !== undefined) {
      logger.warn({ event: 'checkpoint.refused', status: answer.status, reason: answer.reason }, 'a head was not cosigned')
    }
    response.writeHead(answer.status, {
      'content-type': answer.type ?? 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...(request.readableEnded ? {} : { connection: 'close' }),
    })
    response.end(answer.body)
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch((error: unknown) => {
      logger.error({ event: 'request.failed', err: error }, 'a request could not be answered')
      response.destroy()
    })
  }
  const limits = { requestTimeout: TIMEOUT, headersTimeout: TIMEOUT, maxHeaderSize: 8 * 1024 }
  const server =
    tls === null ? createServer(limits, listener) : createTlsServer({ ...limits, ...tls, minVersion: 'TLSv1.3' }, listener)
  server.maxConnections = MAX_CONNECTIONS
  const port = await listen(server, options)
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
