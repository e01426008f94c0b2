/** Refuses a WebSocket upgrade before it is answered: an ordinary coded HTTP answer on the raw socket. */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { toPublicError } from '../failure.ts'

const LINGER = 1000

export const refuseUpgrade = (socket: Duplex, error: unknown): void => {
  const refusal = toPublicError(error)
  const body = JSON.stringify({ error: refusal.toBody() })
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? 'Error'}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    'cache-control: no-store',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  // A peer that does not read its answer must not keep the socket.
  const timer = setTimeout(() => socket.destroy(), LINGER)
  socket.once('close', () => clearTimeout(timer))
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
