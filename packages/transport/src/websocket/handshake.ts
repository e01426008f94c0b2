import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Refusal } from '../errors.ts'
import { SUBPROTOCOL } from './types.ts'

/** RFC 6455 §1.3. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** §4.1: base64 of 16 bytes. */
const KEY = /^[A-Za-z0-9+/]{22}==$/
const REFUSAL_CODE = /^[a-z0-9_]{1,64}$/
const MAX_MESSAGE_LENGTH = 500

export function newKey(): string {
  return randomBytes(16).toString('base64')
}

export function acceptFor(key: string): string {
  return createHash('sha1')
    .update(key + ACCEPT_GUID)
    .digest('base64')
}

/** RFC 6455 §4.1. */
export function upgradeHeaders(key: string): Record<string, string> {
  return {
    'connection': 'Upgrade',
    'upgrade': 'websocket',
    'sec-websocket-key': key,
    'sec-websocket-version': '13',
    'sec-websocket-protocol': SUBPROTOCOL,
  }
}

/** RFC 6455 §4.2.1. What is wrong with an upgrade request; null: nothing. */
export function judgeUpgrade(method: string | undefined, headers: IncomingHttpHeaders): Refusal | null {
  if (method !== 'GET') return { status: 405, code: 'method_not_allowed', message: 'a WebSocket opens with GET' }
  if (headers.upgrade?.toLowerCase() !== 'websocket') return upgradeRequired('the only upgrade known here is websocket')
  if (headers['sec-websocket-version'] !== '13') return upgradeRequired('the only WebSocket version spoken here is 13')
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) {
    return { status: 400, code: 'handshake_invalid', message: 'Sec-WebSocket-Key is missing or malformed' }
  }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  if (!offered.includes(SUBPROTOCOL)) {
    return { status: 400, code: 'subprotocol_unknown', message: `the only subprotocol spoken here is ${SUBPROTOCOL}` }
  }
  return null
}

/** RFC 6455 §4.1, steps after the response. What is wrong with the answer to our request; null: nothing. */
export function judgeAnswer(headers: IncomingHttpHeaders, key: string): string | null {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'the answer does not upgrade to websocket'
  if (headers['sec-websocket-accept'] !== acceptFor(key)) return 'the answer does not belong to our request'
  if (headers['sec-websocket-protocol'] !== SUBPROTOCOL) return `the answer does not choose ${SUBPROTOCOL}`
  if (headers['sec-websocket-extensions'] !== undefined) return 'the answer chooses an extension that was not offered'
  return null
}

/** The 101 answer, whole. */
export function upgradeAnswer(key: string): string {
  return answer('101 Switching Protocols', [
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptFor(key)}`,
    `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
  ])
}

export function refusalBody(refusal: Refusal): string {
  return JSON.stringify({ error: { code: refusal.code, message: refusal.message.slice(0, MAX_MESSAGE_LENGTH) } })
}

/** A refusal as a whole HTTP answer. */
export function refusalAnswer(refusal: Refusal, statusText: string): string {
  const body = refusalBody(refusal)
  return (
    answer(`${refusal.status} ${statusText}`, [
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(refusal.status === 426 ? ['Upgrade: websocket', 'Sec-WebSocket-Version: 13'] : []),
    ]) + body
  )
}

/** Reads `{error: {code, message}}`; anything else becomes `http_<status>`. */
export function parseRefusal(status: number, body: string): Refusal {
  const fallback: Refusal = { status, code: `http_${status}`, message: `the gateway answered with HTTP status ${status}` }
  try {
    const parsed: unknown = JSON.parse(body)
    const { code, message } = (parsed as { error: { code: unknown; message: unknown } }).error
    if (typeof code !== 'string' || !REFUSAL_CODE.test(code) || typeof message !== 'string') return fallback
    return { status, code, message: message.slice(0, MAX_MESSAGE_LENGTH) }
  } catch {
    return fallback
  }
}

function upgradeRequired(message: string): Refusal {
  return { status: 426, code: 'upgrade_required', message }
}

function answer(statusLine: string, headers: readonly string[]): string {
  return `HTTP/1.1 ${[statusLine, ...headers].join('\r\n')}\r\n\r\n`
}
