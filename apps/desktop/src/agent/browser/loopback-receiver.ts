/** Waits on a loopback port for the one-time code that a page sends the browser with (RFC 8252 §7.3). */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SallyportError } from '@sallyport/protocol'

const RANDOM_BYTES = 32
const STATE_BYTES = 16
const MAX_HEADER_BYTES = 8 * 1024
const MAX_CONNECTIONS = 8
/** Milliseconds in which a request must have arrived; that the whole may last: the page itself lasts no longer. */
const REQUEST_TIMEOUT = 10_000
const PATIENCE = 10 * 60_000

const CODE = /^[A-Za-z0-9_-]{43}$/

export interface CodeReceiver {
  /** What the API is told: where the code goes, and what its receiver will prove (RFC 7636, S256). */
  readonly receiver: { readonly redirectPort: number; readonly state: string; readonly codeChallenge: string }
  readonly verifier: string
  /** Rejects with `browser_unfinished` when nobody came in time, or after {@link close}. */
  readonly code: Promise<string>
  /** Where the browser is sent after the code has arrived. */
  leadTo(url: string): void
  close(): void
}

const isSame = (left: string, right: string): boolean => {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer]
  return timingSafeEqual(a, b)
}

export const receiveCode = async (patience = PATIENCE): Promise<CodeReceiver> => {
  const verifier = randomBytes(RANDOM_BYTES).toString('base64url')
  const state = randomBytes(STATE_BYTES).toString('base64url')
  const codeChallenge = createHash('sha256').update(verifier, 'ascii').digest('base64url')
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
    leadTo: (url) => {
      next = url
    },
    close,
  }
}
