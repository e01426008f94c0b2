/** The listener of the pages: few routes, short forms, and nothing that another site could frame, read or send. */
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { base64urlOf, SallyportError, slug } from '@sallyport/protocol'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import type { Dependencies } from '../dependencies.ts'
import { toPublicError } from '../http/failure.ts'
import { createRateLimiter, type RateLimit } from '../http/rate-limit.ts'
import { securityHeaders } from '../http/security-headers.ts'
import type { ListenerTls } from '../http/tls.ts'
import { assets } from './assets.ts'
import { contentSecurityPolicy, messagePage, overPage, type PageAnswer } from './page.ts'
import { pageRoutes } from './routes.ts'
import { landingView } from './views/landing.ts'
import { addressOfBrowser, organizationOf, requireSameOrigin, type Visit } from './visit.ts'

const MAX_BODY = 8 * 1024
const MAX_HEADER_BYTES = 16 * 1024
const MAX_CONNECTIONS = 1024
/** Milliseconds in which a request must have arrived whole; in which its fields must. */
const REQUEST_TIMEOUT = 20_000
const HEADERS_TIMEOUT = 10_000
/** For an hour: they are a part of this program's version. */
const ASSET_AGE = 3600

/** Forms cost a password hash; counted by address, besides what an account and a device are counted. */
const forms: RateLimit = { burst: 60, perSecond: 1 }
const views: RateLimit = { burst: 200, perSecond: 10 }

export interface PageServerOptions {
  readonly dependencies: Dependencies
  /** null: plain HTTP, on loopback. */
  readonly tls: ListenerTls | null
  readonly behindProxy: boolean
}

export interface PageServer {
  readonly server: Server
  listen(address: { readonly host: string; readonly port: number }): PromiseLike<unknown>
  close(): Promise<void>
}

const flowId = base64urlOf(32)

/**
 * The origin of a form is said by browsers only where the page lets them speak of itself, hence `same-origin`; the address of
 * a page goes nowhere else.
 */
const pageHeaders = { ...securityHeaders, 'referrer-policy': 'same-origin' } as const

const send = (reply: FastifyReply, answer: PageAnswer): FastifyReply => {
  void reply.headers(pageHeaders)
  if (answer.kind === 'redirect') return reply.code(303).header('location', answer.to).send()
  return reply
    .code(answer.status)
    .header('content-security-policy', contentSecurityPolicy(answer))
    .type('text/html; charset=utf-8')
    .send(answer.markup.toString())
}

const failurePage = (error: unknown): PageAnswer => {
  const failure = toPublicError(error)
  if (failure.code === 'not_found') return messagePage('There is no such page', 'Open the page from Sallyport.', 404)
  return messagePage('That did not work', failure.message, failure.status)
}

/** HTTPS with the listeners' certificates, or plain HTTP. */
const createServer = (tls: ListenerTls | null, handler: RequestListener): Server => {
  const limits = { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT }
  if (tls === null) return createHttpServer(limits, handler)
  const server = createHttpsServer({ ...limits, ...tls.serverOptions() }, handler)
  tls.attach(server)
  return server
}

const createApp = ({ tls }: PageServerOptions) => {
  const app = fastify({
    serverFactory: (handler) => createServer(tls, handler as RequestListener),
    logger: false,
    trustProxy: false,
    bodyLimit: MAX_BODY,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
  })
  app.server.maxConnections = MAX_CONNECTIONS
  return app
}

/** Listens nowhere yet. */
export const createPageServer = (options: PageServerOptions): PageServer => {
  const { dependencies, behindProxy } = options
  const { clock, logger, contact } = dependencies
  const app = createApp(options)
  const limiters = { forms: createRateLimiter(forms, clock), views: createRateLimiter(views, clock) }

  const visitOf = async (request: FastifyRequest): Promise<Visit> => {
    const wanted = slug.safeParse((request.params as Readonly<Record<string, string>>)['organization'])
    const organization = wanted.success ? await organizationOf(dependencies, wanted.data) : null
    if (organization === null) throw new SallyportError('not_found')
    return { dependencies, organization, address: addressOfBrowser(request.raw, behindProxy), now: clock() }
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error, request, reply) => {
    const failure = toPublicError(error)
    const told = { event: 'page.failed', code: failure.code, route: request.routeOptions.url ?? null }
    if (failure.code === 'internal') logger.error({ ...told, error: failure.cause ?? failure }, 'a page failed')
    else logger.info({ ...told, event: 'page.refused' }, 'page refused')
    return send(reply, failurePage(error))
  })
  app.setNotFoundHandler((_request, reply) => send(reply, failurePage(new SallyportError('not_found'))))

  for (const [path, { type, text }] of Object.entries(assets)) {
    app.get(path, (_request, reply) =>
      reply
        .headers({ ...securityHeaders, 'cache-control': `max-age=${ASSET_AGE}` })
        .type(type)
        .send(text),
    )
  }
  app.get('/invitation', (_request, reply) => send(reply, landingView()))
  app.get('/done', (_request, reply) =>
    send(reply, messagePage('Go back to Sallyport', 'It goes on there. You can close this window.', 200)),
  )
  for (const { path, show, take } of pageRoutes) {
    if (show) {
      app.get(`/:organization/${path}`, async (request, reply) => {
        limiters.views.take(addressOfBrowser(request.raw, behindProxy))
        const flow = flowId.safeParse((request.query as Readonly<Record<string, unknown>>)['flow'])
        const visit = await visitOf(request)
        return send(reply, flow.success ? await show(visit, flow.data) : overPage())
      })
    }
    app.post(`/:organization/${path}`, async (request, reply) => {
      limiters.forms.take(addressOfBrowser(request.raw, behindProxy))
      requireSameOrigin(request.raw, contact.origins.pages)
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
      return send(reply, await take(await visitOf(request), body))
    })
  }
  return {
    server: app.server,
    listen: (address) => app.listen({ host: address.host, port: address.port }),
    close: () => Promise.resolve(app.close()),
  }
}
