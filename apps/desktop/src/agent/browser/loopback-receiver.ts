/** Waits on a loopback port for the one-time code that a page sends the browser with (RFC 8252 §7.3). */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SallyportError } from '@sallyport/protocol'
import { CODE, type CodeReceiver, PATIENCE } from './code.ts'
import { newProofKey } from './proof-key.ts'

const MAX_HEADER_BYTES = 8 * 1024
const MAX_CONNECTIONS = 8
/** Milliseconds in which a request must have arrived. */
const REQUEST_TIMEOUT = 10_000

export interface RedirectReceiver extends CodeReceiver {
  readonly receiver: CodeReceiver['receiver'] & { readonly redirectPort: number }
}

const isSame = (left: string, right: string): boolean => {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer]
  return timingSafeEqual(a, b)
}

export const receiveRedirected = async (patience = PATIENCE): Promise<RedirectReceiver> => {
  const { verifier, state, codeChallenge } = newProofKey()
  const arrived = Promise.withResolvers<string>()
  arrived.promise.catch(() => {})
  let next: string | null = null

  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: REQUEST_TIMEOUT,
    headersTimeout: REQUEST_TIMEOUT,
  })
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader('cache-control', 'no-store')
    response.setHeader('content-security-policy', `default-src 'none'; frame-ancestors 'none'`)
    response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('connection', 'close')
    const code = codeOf(request)
    if (code === null) return void response.writeHead(404).end()
    // The code leaves the browser's address line with this answer.
    if (next === null)
      response.writeHead(200, { 'content-type': 'text/plain' }).end('Go back to Sallyport. You can close this window.\n')
    else response.writeHead(303, { location: next }).end()
    arrived.resolve(code)
  }
  /** null for whatever was not sent by the page: another path, host or state. */
  const codeOf = ({ method, url = '', headers }: IncomingMessage): string | null => {
    const own = `127.0.0.1:${redirectPort}`
    if (method !== 'GET' || headers.host !== own || !URL.canParse(url, `http://${own}`)) return null
    const { pathname, searchParams } = new URL(url, `http://${own}`)
    const code = searchParams.get('code') ?? ''
    return pathname === '/' && CODE.test(code) && isSame(searchParams.get('state') ?? '', state) ? code : null
  }
  server.on('request', answer)
  server.maxConnections = MAX_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const redirectPort = (server.address() as AddressInfo).port
  const close = (): void => {
    clearTimeout(timer)
    arrived.reject(new SallyportError('browser_unfinished'))
    server.close()
  }
  const timer = setTimeout(close, patience)
  timer.unref()
  return {
    receiver: { redirectPort, state, codeChallenge },
    verifier,
    code: arrived.promise,
    give: () => {
      throw new SallyportError('conflict', { message: 'The browser brings the code by itself.' })
    },
    leadTo: (url) => {
      next = url
    },
    close,
  }
}
