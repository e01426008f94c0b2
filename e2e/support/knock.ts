/** Knocks at a gateway with nothing but TLS and the text of an upgrade, to see what it says before a WebSocket is open. */
import { connect, type ConnectionOptions } from 'node:tls'
import { errorAnswer } from '@sallyport/protocol/api'

interface Knocked {
  /**
   * `open`: the WebSocket is. A code: it was refused over HTTP, with that. `alert …`: by TLS, with the alert's name. `hang-up`: the
   * connection was closed after the handshake, without a byte. `no handshake`: before.
   */
  readonly outcome: string
  /** What resumes this TLS session, if the gateway gave something. */
  readonly session: Buffer | null
  /** Whether this TLS session was a resumed one. */
  readonly resumed: boolean
  /** Key exchange that was agreed on; empty before the handshake was done. */
  readonly keyExchange: string
}

const upgrade = [
  'GET / HTTP/1.1',
  'host: gateway',
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
  'sec-websocket-protocol: sallyport.v1',
].join('\r\n')

const LIMIT = 60_000

const outcomeOf = (answer: string): string => {
  if (answer.startsWith('HTTP/1.1 101 ')) return 'open'
  const [head, body = ''] = answer.split('\r\n\r\n')
  try {
    return errorAnswer.parse(JSON.parse(body)).error.code
  } catch {
    return `an answer that is none of ours: ${head}`
  }
}

/** `reason` as OpenSSL says it: `tlsv13 alert certificate required`. */
const alertOf = (error: Error): string | null => {
  const reason = 'reason' in error ? String(error.reason) : error.message
  const [, alert] = /alert ([a-z0-9 ]+)/i.exec(reason) ?? []
  return alert === undefined ? null : `alert ${alert}`
}

/** Never rejects but when nothing listens there. */
export const knock = (port: number, options: ConnectionOptions): Promise<Knocked> =>
  new Promise((resolve, reject) => {
    // tls-verification: whoever knocks here does not care who opens; what the gateway lets in is judged.
    const socket = connect({ host: '127.0.0.1', port, ...options, rejectUnauthorized: false })
    let answer = ''
    let session: Buffer | null = null
    let resumed = false
    let keyExchange = ''
    let alert: string | null = null
    let isSecure = false
    const timer = setTimeout(() => socket.destroy(new Error(`nothing happened in ${LIMIT} ms`)), LIMIT)
    socket.on('session', (given: Buffer) => (session = given))
    socket.once('secureConnect', () => {
      isSecure = true
      resumed = socket.isSessionReused()
      const key = socket.getEphemeralKeyInfo()
      keyExchange = key !== null && 'name' in key ? (key.name ?? '') : ''
      socket.write(`${upgrade}\r\n\r\n`)
    })
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1')
      // A refusal ends with the connection.
      if (answer.startsWith('HTTP/1.1 101 ')) socket.destroy()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') reject(error)
      alert = alertOf(error)
    })
    socket.once('close', () => {
      clearTimeout(timer)
      const without = alert ?? (isSecure ? 'hang-up' : 'no handshake')
      resolve({ outcome: answer === '' ? without : outcomeOf(answer), session, resumed, keyExchange })
    })
  })
