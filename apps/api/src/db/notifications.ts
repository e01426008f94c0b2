/**
 * What replicas on one database tell each other: one LISTEN connection for each process, shared by all that listen. A
 * notification only wakes; what it is about is read from tables. Whatever was missed while the connection was down is made
 * good by `resumed`, and nobody may rely on notifications alone.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBase } from 'pg'
import type { Logger } from 'pino'

/** A connection of its own, direct to PostgreSQL: a pooler in transaction mode does not carry LISTEN. `pg.Client` is one. */
export interface NotificationConnection extends Pick<ClientBase, 'connect' | 'query' | 'on'> {
  end(): Promise<void>
}

export interface NotificationsOptions {
  readonly connect: () => NotificationConnection
  readonly logger: Logger
  /** 0 ≤ number < 1; spreads the reconnects of many replicas. */
  readonly random?: () => number
}

export interface NotificationListener {
  /** Something happened on the channel. Must not throw. */
  readonly notified: (payload: string) => void
  /** The connection is new: anything may have happened before. Must not throw. */
  readonly resumed: () => void
}

export interface Notifications {
  /** Returns what ends the subscription. */
  listen(channel: string, listener: NotificationListener): () => void
  /** Whether the connection stands now. */
  readonly connected: boolean
  close(): Promise<void>
}

/** Milliseconds between questions whether the connection still stands, and for each answer. */
const CHECK_INTERVAL = 10_000
const ANSWER_LIMIT = 5_000
const FIRST_DELAY = 50
const LONGEST_DELAY = 5_000

const quoted = (channel: string): string => {
  if (!/^[a-z_]{1,63}$/.test(channel)) throw new TypeError(`not a channel: ${channel}`)
  return `"${channel}"`
}

const withLimit = async <Result>(work: Promise<Result>): Promise<Result> => {
  const limit = new AbortController()
  const late = sleep(ANSWER_LIMIT, undefined, { signal: limit.signal }).then(
    () => {
      throw new Error(`no answer of the database within ${ANSWER_LIMIT} ms`)
    },
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([work, late])
  } finally {
    limit.abort()
  }
}

/** Connects at once and for ever, until closed. */
export const startNotifications = ({ connect, logger, random = Math.random }: NotificationsOptions): Notifications => {
  const listeners = new Map<string, Set<NotificationListener>>()
  const stopping = new AbortController()
  let standing: NotificationConnection | null = null

  const listenersOf = (channel: string): Set<NotificationListener> => {
    const known = listeners.get(channel) ?? new Set()
    listeners.set(channel, known)
    return known
  }

  /** Resolves when the connection ended, for whatever reason. */
  const serve = async (connection: NotificationConnection): Promise<void> => {
    const lost = Promise.withResolvers<void>()
    connection.on('error', (error) => {
      logger.warn({ event: 'notifications.lost', error: error.message }, 'the LISTEN connection broke')
      lost.resolve()
    })
    connection.on('end', () => lost.resolve())
    connection.on('notification', ({ channel, payload }) => {
      for (const listener of listenersOf(channel)) listener.notified(payload ?? '')
    })
    const aborted = (): void => lost.resolve()
    stopping.signal.addEventListener('abort', aborted)
    try {
      await withLimit(connection.connect())
      // Again, as long as somebody asked for another channel meanwhile.
      for (let listened = 0; listened < listeners.size;) {
        const channels = [...listeners.keys()].slice(listened)
        listened += channels.length
        await withLimit(connection.query(channels.map((channel) => `listen ${quoted(channel)}`).join('; ')))
      }
      standing = connection
      for (const every of listeners.values()) for (const listener of every) listener.resumed()
      const check = setInterval(() => {
        withLimit(connection.query('select 1')).catch(() => lost.resolve())
      }, CHECK_INTERVAL)
      await lost.promise.finally(() => clearInterval(check))
    } finally {
      stopping.signal.removeEventListener('abort', aborted)
      standing = null
      await withLimit(connection.end()).catch((error: unknown) => logger.debug({ error }, 'the LISTEN connection ended badly'))
    }
  }

  const run = async (): Promise<void> => {
    let delay = FIRST_DELAY
    while (!stopping.signal.aborted) {
      const began = performance.now()
      await serve(connect()).catch((error: unknown) =>
        logger.warn({ event: 'notifications.unavailable', error: String(error) }, 'cannot listen for notifications'),
      )
      delay = performance.now() - began > LONGEST_DELAY ? FIRST_DELAY : Math.min(delay * 2, LONGEST_DELAY)
      await sleep(delay * (0.5 + random() / 2), undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const running = run()

  return {
    get connected() {
      return standing !== null
    },
    listen: (channel, listener) => {
      const statement = `listen ${quoted(channel)}`
      const isNew = !listeners.has(channel)
      listenersOf(channel).add(listener)
      const connection = standing
      if (isNew && connection !== null) {
        // Whoever cannot add a channel must connect again, or it would miss that channel for ever.
        connection.query(statement).then(listener.resumed, () => connection.end())
      }
      return () => listenersOf(channel).delete(listener)
    },
    close: async () => {
      stopping.abort()
      await running
    },
  }
}
