/** One listener of the API: HTTPS, the routes it serves, and limits on everything that arrives. */
import type { Server } from 'node:https'
import { DEFAULT_MAX_BODY } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol'
import fastify, { type FastifyInstance } from 'fastify'
import type { Answering } from './answer-call.ts'
import { callAnswerer } from './answer-call.ts'
import { sendFailure } from './failure.ts'
import type { ServedRoute } from './route-table.ts'
import { securityHeaders } from './security-headers.ts'
import type { ListenerTls } from './tls.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Name of the route, for the log. */
    operation?: string
  }
}

/** Bytes of all header fields together, and how many there may be. */
const MAX_HEADER_BYTES = 16 * 1024
const MAX_HEADER_FIELDS = 64
/** Milliseconds in which a request must have arrived whole; in which its fields must; that a connection may be idle. */
const REQUEST_TIMEOUT = 30_000
const HEADERS_TIMEOUT = 10_000
const KEEP_ALIVE_TIMEOUT = 75_000
const MAX_CONNECTIONS = 4096
const MAX_REQUESTS_PER_CONNECTION = 100_000
const MAX_PARAMETER_LENGTH = 128

export type ApiServer = FastifyInstance<Server>

export interface ServerOptions extends Answering {
  readonly tls: ListenerTls
  readonly routes: readonly ServedRoute[]
}

/** `/v1/users/{user}` as the router writes it. */
const routerPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

const createServer = (options: ServerOptions): ApiServer => {
  const app = fastify({
    https: { ...options.tls.serverOptions(), maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT },
    logger: false,
    trustProxy: false,
    bodyLimit: DEFAULT_MAX_BODY,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    maxRequestsPerSocket: MAX_REQUESTS_PER_CONNECTION,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH, caseSensitive: true, ignoreTrailingSlash: false },
    frameworkErrors: (error, request, reply) => {
      void reply.headers(securityHeaders)
      void sendFailure(error, { request, reply, logger: options.dependencies.logger })
    },
  })
  app.server.maxConnections = MAX_CONNECTIONS
  app.server.maxHeadersCount = MAX_HEADER_FIELDS
  options.tls.attach(app.server)
  return app
}

/** Listens nowhere yet. */
export const createApiServer = (options: ServerOptions): ApiServer => {
  const { logger } = options.dependencies
  const app = createServer(options)
  const answer = callAnswerer(options)
  // Bodies stay bytes: signatures are checked over what arrived, before anything is made of it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', (_request, reply, done) => {
    // Not by reply.headers(): a reply is a promise of its own end, and must not be waited for here.
    for (const [name, value] of Object.entries(securityHeaders)) reply.raw.setHeader(name, value)
    done()
  })
  app.setErrorHandler((error, request, reply) => sendFailure(error, { request, reply, logger }))
  app.setNotFoundHandler((request, reply) => sendFailure(new SallyportError('not_found'), { request, reply, logger }))
  for (const served of options.routes) {
    const { route } = served
    app.route({
      method: route.method,
      url: routerPath(route.path),
      bodyLimit: route.maxBody ?? DEFAULT_MAX_BODY,
      config: { operation: served.name },
      handler: async (request, reply) => {
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
        const input = { parameters: request.params, query: request.query, body }
        return reply.send(await answer(served, { request: request.raw, input }))
      },
    })
  }
  return app
}
