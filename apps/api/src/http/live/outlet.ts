/** The sending side of a live socket: JSON messages, a bound on what a slow peer may leave unread, and one way to end. */
import { WebSocket } from 'ws'

/** Bytes that may wait for a peer that does not read. */
const MAX_WAITING = 8 * 1024 * 1024
/** Milliseconds for the peer to answer a close. */
const CLOSE_LIMIT = 2000
/** Close reasons are at most this long (RFC 6455 §5.5.1). */
const MAX_REASON = 123

/** Close codes of ours (RFC 6455 §7.4.2 leaves 4000–4999 to programs); the reason is the error code. */
export const closeCodes = { invalid: 4400, ended: 4401, silent: 4408, replaced: 4409, slow: 4413 } as const

export interface Outlet {
  /** Does nothing on a socket that is closing. A peer that lets too much wait is cut off. */
  send(message: unknown): void
  close(code: number, reason: string): void
  readonly open: boolean
}

export const outletOf = (socket: WebSocket): Outlet => ({
  get open() {
    return socket.readyState === WebSocket.OPEN
  },
  send: (message) => {
    if (socket.readyState !== WebSocket.OPEN) return
    if (socket.bufferedAmount > MAX_WAITING) socket.terminate()
    else socket.send(JSON.stringify(message))
  },
  close: (code, reason) => {
    if (socket.readyState !== WebSocket.OPEN) return
    socket.close(code, reason.slice(0, MAX_REASON))
    const timer = setTimeout(() => socket.terminate(), CLOSE_LIMIT)
    socket.once('close', () => clearTimeout(timer))
  },
})
