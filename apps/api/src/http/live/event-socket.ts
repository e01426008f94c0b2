/** One agent's event socket: tells that something changed, never what, and closes when the session ends. */
import { assertNever, type AgentEvent, type Revocation } from '@sallyport/protocol'
import type { Permission } from '@sallyport/protocol/api'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import type { ChangeNotice, EventHub } from '../../domains/events/index.ts'
import type { RevocationFeed } from '../../domains/revocations/index.ts'
import { closeCodes, outletOf } from './outlet.ts'

export interface EventCaller {
  readonly organization: string
  readonly user: string
  readonly device: string
  readonly session: string
  /** Milliseconds since 1970. */
  readonly sessionExpiresAt: number
}

/** What a socket asks of the database. */
export interface EventSocketStore {
  versions(): Promise<readonly AgentEvent[]>
  permissions(): Promise<ReadonlySet<Permission>>
  /** The code of the error by which a call of the session would be refused now; null while it stands. */
  ended(): Promise<string | null>
}

export interface EventSocketOptions {
  readonly socket: WebSocket
  readonly caller: EventCaller
  readonly feed: RevocationFeed
  readonly hub: EventHub
  readonly store: EventSocketStore
  readonly clock: () => number
  readonly logger: Logger
}

/** Milliseconds between pings, and of silence after which the agent is gone. */
const PING_INTERVAL = 20_000
const SILENCE_LIMIT = 50_000

/** Whether the person may know that something under the topic changed. */
const mayHear = (topic: AgentEvent['topic'], permissions: ReadonlySet<Permission>): boolean => {
  switch (topic) {
    case 'credentials':
    case 'session':
    case 'trust-bundle':
    case 'devices':
    case 'requests':
      return true
    case 'activity':
      return permissions.has('activity.read')
    case 'audit':
    case 'alerts':
      return permissions.has('audit.read')
    default:
      return assertNever(topic)
  }
}

export const serveEventSocket = ({ socket, caller, feed, hub, store, clock, logger }: EventSocketOptions): void => {
  const outlet = outletOf(socket)
  let permissions: ReadonlySet<Permission> = new Set()
  let heardAt = performance.now()
  const leaving: (() => void)[] = []

  const end = (code: string): void => outlet.close(closeCodes.ended, code)
  const fail = (error: unknown): void => {
    logger.warn({ event: 'event-socket.failed', error: String(error) }, 'an event socket failed')
    outlet.close(1011, 'internal')
  }
  const tell = ({ topic, version }: AgentEvent): void => {
    if (mayHear(topic, permissions)) outlet.send({ topic, version } satisfies AgentEvent)
  }

  const changed = (notice: ChangeNotice): void => {
    if (notice.users !== null && !notice.users.includes(caller.user)) return
    tell(notice)
    // Roles may have changed, and with them what this person may hear.
    if (notice.topic !== 'credentials' && notice.topic !== 'session') return
    store.permissions().then((found) => {
      permissions = found
    }, fail)
  }

  const endsBy = ({ subject }: Revocation): boolean => {
    switch (subject.kind) {
      case 'session':
        return subject.id === caller.session
      case 'device':
        return subject.id === caller.device
      case 'user':
        return subject.id === caller.user
      case 'credential':
      case 'lease':
      case 'connection':
      case 'gateway':
        return false
      default:
        return assertNever(subject.kind)
    }
  }

  const start = async (): Promise<void> => {
    const followed = await feed.follow(caller.organization, {
      revoked: (revocations) => {
        const own = revocations.find(endsBy)
        if (own !== undefined) end(own.code)
      },
      alive: () => {},
    })
    leaving.push(followed.leave, hub.follow(caller.organization, changed))
    if (!outlet.open) return leaveAll()
    permissions = await store.permissions()
    for (const event of await store.versions()) tell(event)
    // Whatever ended the session before the feed was followed.
    const code = await store.ended()
    if (code !== null) end(code)
  }

  const leaveAll = (): void => leaving.splice(0).forEach((leave) => leave())

  const check = (): void => {
    if (performance.now() - heardAt > SILENCE_LIMIT) return outlet.close(closeCodes.silent, 'protocol_error')
    if (clock() >= caller.sessionExpiresAt) return end('session_expired')
    socket.ping()
  }

  // Agents have nothing to say here.
  socket.on('message', () => outlet.close(closeCodes.invalid, 'protocol_error'))
  socket.on('pong', () => {
    heardAt = performance.now()
  })
  socket.on('error', (error) => logger.debug({ event: 'event-socket.error', error: error.message }, 'an event socket broke'))
  const timer = setInterval(check, PING_INTERVAL)
  const endTimer = setTimeout(check, Math.min(Math.max(0, caller.sessionExpiresAt - clock()), 2 ** 31 - 1))
  socket.once('close', () => {
    clearInterval(timer)
    clearTimeout(endTimer)
    leaveAll()
  })
  start().catch(fail)
}
