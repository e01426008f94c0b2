/**
 * The host over a WebSocket on loopback. The address that `sallyport ui` prints ends in `#token=…`, which no request carries and
 * the address bar loses at once; it is good for one hello. Each welcome brings the token of the next hello, so that a connection
 * that broke is made again without a new address.
 */
import { SallyportError } from '@sallyport/protocol/errors'
import {
  appAnswer,
  appEvent,
  appHello,
  appWelcome,
  MAX_APP_MESSAGE,
  type AppAnswer,
  type AppEvent,
} from '../../shared/app-messages.ts'
import type { AppPort, AppRequest } from '../../shared/app-api.ts'

/** Milliseconds before the next try after a connection broke; doubled each time. */
const FIRST_WAIT = 250
const LONGEST_WAIT = 8_000

interface Pending {
  readonly resolve: (answer: AppAnswer) => void
  readonly reject: (error: unknown) => void
}

/** The token of the page's address, which is taken out of it. null: the page was opened without one, or reloaded. */
export const takeToken = (page: { readonly location: Location; readonly history: History }): string | null => {
  const token = /^#token=([A-Za-z0-9_-]{16,128})$/.exec(page.location.hash)?.[1] ?? null
  if (token) page.history.replaceState(null, '', `${page.location.pathname}#/`)
  return token
}

export const webSocketPort = (address: string, firstToken: string): AppPort => {
  const listeners = new Set<(event: AppEvent) => void>()
  const pending = new Map<number, Pending>()
  let token: string | null = firstToken
  let ready: WebSocket | null = null
  let waiting: (() => void)[] = []
  let wait = FIRST_WAIT

  const tell = (event: AppEvent): void => {
    for (const listener of listeners) listener(event)
  }

  const welcome = (socket: WebSocket, next: string): void => {
    token = next
    ready = socket
    wait = FIRST_WAIT
    for (const resume of waiting.splice(0)) resume()
    tell({ event: 'agent', present: true })
  }

  const receive = (socket: WebSocket, data: unknown): void => {
    if (typeof data !== 'string' || data.length > MAX_APP_MESSAGE) return socket.close()
    const message: unknown = JSON.parse(data)
    const greeting = appWelcome.safeParse(message)
    if (greeting.success) return welcome(socket, greeting.data.next)
    const event = appEvent.safeParse(message)
    if (event.success) return tell(event.data)
    const answer = appAnswer.parse(message)
    pending.get(answer.id)?.resolve(answer)
    pending.delete(answer.id)
  }

  const lost = (): void => {
    ready = null
    for (const { reject } of pending.values()) reject(new SallyportError('agent_unreachable'))
    pending.clear()
    tell({ event: 'agent', present: false })
    setTimeout(open, wait)
    wait = Math.min(wait * 2, LONGEST_WAIT)
  }

  const open = (): void => {
    const socket = new WebSocket(address)
    const hello = token
    socket.addEventListener('open', () => {
      if (hello === null) return socket.close()
      socket.send(JSON.stringify(appHello.parse({ hello: 1, token: hello })))
    })
    socket.addEventListener('message', ({ data }) => receive(socket, data))
    socket.addEventListener('close', lost)
  }
  open()

  const connected = (): Promise<void> => (ready ? Promise.resolve() : new Promise((resolve) => (waiting = [...waiting, resolve])))

  return {
    send: async (request: AppRequest) => {
      await connected()
      return new Promise<AppAnswer>((resolve, reject) => {
        pending.set(request.id, { resolve, reject })
        ready?.send(JSON.stringify(request))
      })
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
