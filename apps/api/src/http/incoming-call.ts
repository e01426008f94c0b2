/** A request as it came, in the form in which signatures are checked. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type HttpCall, SallyportError } from '@sallyport/protocol'

export interface IncomingCall {
  readonly call: HttpCall
  /** Path and query, as they came. */
  readonly target: string
  /** IP address of the other end of the connection; what proxies claim in headers is not looked at. */
  readonly address: string
}

/** IPv4 addresses that arrive over an IPv6 socket are written as IPv4. */
export const addressOf = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '')

const flatten = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )

/**
 * `origin` is how the listener is configured to be reached: a signature made for another deployment does not fit, whatever
 * `Host` says. Throws `invalid_request` for a target that is not a path.
 */
export const incomingCall = (request: IncomingMessage, origin: string, body: Uint8Array): IncomingCall => {
  const target = request.url ?? ''
  if (!target.startsWith('/')) throw new SallyportError('invalid_request', { message: 'The request target is not a path.' })
  const call = { method: request.method ?? '', targetUri: `${origin}${target}`, fields: flatten(request.headers), body }
  return { call, target, address: addressOf(request) }
}
