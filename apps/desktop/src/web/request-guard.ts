/**
 * Which requests the loopback page's server looks at. Any page of any site can send requests to loopback, and a name that points
 * to 127.0.0.1 makes them look like its own (DNS rebinding): only the literal address and the exact port of this server will do.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** Longest path that is looked at, in characters. */
const MAX_PATH = 500

export interface Asked {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** The path that is asked for; null: this request is not for us, or not from our page. */
export const pathForUs = ({ method, url = '', headers }: Asked, port: number): string | null => {
  const authority = `127.0.0.1:${port}`
  if (method !== 'GET' || headers.host !== authority) return null
  if (headers.origin !== undefined && headers.origin !== `http://${authority}`) return null
  // Told by browsers of what caused a request: our page or the person, never another site (Fetch Metadata).
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return null
  if (!url.startsWith('/') || url.length > MAX_PATH) return null
  return url.split('?', 1)[0] ?? null
}

/** A WebSocket knows no same-origin policy: the server alone refuses other pages (RFC 6455 §10.2). */
export const isOwnSocket = (asked: Asked, port: number, path: string): boolean =>
  asked.headers.origin === `http://127.0.0.1:${port}` && pathForUs(asked, port) === path
