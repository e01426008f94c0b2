/** A role's operations over HTTPS for the other roles: mutual TLS 1.3, one POST for each call, everything checked by schema. */
import { X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import { z } from 'zod'
import { databaseFailure } from '../db/failure.ts'
import type { ProgramRole } from '../db/roles.ts'
import type { LinkIdentity } from './identity.ts'
import type { LinkOf, Operation, Operations } from './operation.ts'

/** The largest call is a trust bundle to sign. */
const MAX_REQUEST = 4 * 1024 * 1024
const REQUEST_TIMEOUT = 30_000
const DRAIN_TIMEOUT = 5_000

export interface Address {
  readonly host: string
  readonly port: number
}

/** A role that may call, by its certificate (PEM), and what it may call. */
export interface LinkCaller {
  readonly role: ProgramRole
  readonly certificate: string
  readonly operations: readonly string[]
}

export interface ServeLinkOptions<Table extends Operations> {
  readonly identity: LinkIdentity
  readonly address: Address
  readonly operations: Table
  readonly link: LinkOf<Table>
  readonly callers: readonly LinkCaller[]
  readonly logger: Logger
}

export interface LinkServer {
  readonly address: Address
  close(): Promise<void>
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  if (Number(request.headers['content-length'] ?? 0) > MAX_REQUEST) throw new SallyportError('payload_too_large')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_REQUEST) throw new SallyportError('payload_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const parseInput = (operation: Operation, text: string): unknown => {
  try {
    return z.decode(operation.input, JSON.parse(text))
  } catch (cause) {
    throw new SallyportError('invalid_request', { cause })
  }
}

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const listen = (server: Server, { host, port }: Address): Promise<Address> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      const bound = server.address()
      resolve({ host, port: typeof bound === 'object' && bound !== null ? bound.port : port })
    })
  })

export const serveLink = async <Table extends Operations>(options: ServeLinkOptions<Table>): Promise<LinkServer> => {
  const { identity, operations, link, logger } = options
  const callers = options.callers.map((caller) => ({ ...caller, raw: new X509Certificate(caller.certificate).raw }))

  const callerOf = (request: IncomingMessage): LinkCaller => {
    const socket = request.socket as TLSSocket
    const raw = socket.getPeerX509Certificate()?.raw
    const caller = callers.find((candidate) => raw?.equals(candidate.raw))
    if (!socket.authorized || !caller) throw new SallyportError('certificate_invalid')
    return caller
  }

  const call = async (request: IncomingMessage): Promise<unknown> => {
    const caller = callerOf(request)
    const name = request.url?.slice(1) ?? ''
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
    if (request.method !== 'POST' || !operation) throw new SallyportError('not_found')
    if (!caller.operations.includes(name)) throw new SallyportError('forbidden')
    const input = parseInput(operation, await readBody(request))
    const perform = link[name] as (input: unknown) => Promise<unknown>
    return z.encode(operation.output, await perform(input))
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      answer(response, 200, { ok: true, output: await call(request) })
    } catch (error) {
      const known =
        error instanceof SallyportError ? error : (databaseFailure(error) ?? new SallyportError('internal', { cause: error }))
      const cause = known.cause instanceof Error ? known.cause : undefined
      const level = known.kind === 'internal' || known.kind === 'unavailable' ? 'error' : 'info'
      logger[level]({ event: 'link.refused', operation: request.url, code: known.code, err: cause }, 'a call was refused')
      answer(response, known.status, { ok: false, error: known.toBody() })
    }
  }

  const server = createServer(
    {
      cert: identity.certificate,
      key: identity.privateKey,
      ca: callers.map((caller) => caller.certificate),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      requestTimeout: REQUEST_TIMEOUT,
    },
    (request, response) => {
      handle(request, response).catch((error: unknown) => {
        logger.error({ event: 'link.failed', err: error }, 'a call could not be answered')
        response.destroy()
      })
    },
  )
  server.on('tlsClientError', (error) => {
    logger.warn({ event: 'link.stranger', error: error.message }, 'a connection without a known certificate was refused')
  })
  const address = await listen(server, options.address)
  server.on('error', (error) => logger.error({ event: 'link.failed', err: error }, 'the link failed'))

  return {
    address,
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT)
        server.close(() => {
          clearTimeout(cut)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}
