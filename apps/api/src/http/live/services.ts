/** What lives as long as the API role does, whether or not anybody calls: it hears other replicas and tells them. */
import { HEARTBEAT_INTERVAL } from '@sallyport/protocol'
import pg from 'pg'
import type { Logger } from 'pino'
import type { DatabaseLogin } from '../../db/login.ts'
import { startNotifications } from '../../db/notifications.ts'
import { connectionConfig } from '../../db/pool.ts'
import type { Pool } from '../../db/schema.ts'
import { type ActivityKeys, activityKeysOf, type AskForActivityKey } from '../../domains/activity/index.ts'
import { type Announcer, type EventHub, startAnnouncer, startEventHub } from '../../domains/events/index.ts'
import { type ProbeBoard, startProbeBoard } from '../../domains/probes/index.ts'
import { type RevocationFeed, startRevocationFeed } from '../../domains/revocations/index.ts'

/** Milliseconds after which agents hear of activity that was recorded. */
const ANNOUNCEMENT_DELAY = 500

export interface LiveServicesOptions {
  /** Connections as the database role `sallyport_api`. */
  readonly pool: Pool
  /** For the one connection that listens: direct to PostgreSQL, without a pooler in between. */
  readonly login: DatabaseLogin
  readonly vault: { readonly activityKey: AskForActivityKey }
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
}

export interface LiveServices {
  readonly feed: RevocationFeed
  readonly hub: EventHub
  /** These belong into the dependencies of the handlers. */
  readonly announcer: Announcer
  readonly activityKeys: ActivityKeys
  readonly probes: ProbeBoard
  /** After the listeners are closed, before the pool is. */
  close(): Promise<void>
}

export const startLiveServices = ({ pool, login, vault, clock, logger }: LiveServicesOptions): LiveServices => {
  const connect = (): pg.Client => new pg.Client(connectionConfig(login, 'notifications'))
  const notifications = startNotifications({ connect, logger })
  const feed = startRevocationFeed({ pool, notifications, logger, interval: HEARTBEAT_INTERVAL })
  const hub = startEventHub({ pool, notifications, logger })
  const announcer = startAnnouncer({ pool, logger, delay: ANNOUNCEMENT_DELAY })
  const probes = startProbeBoard({ notifications, clock })
  const activityKeys = activityKeysOf({ ask: vault.activityKey, clock })
  return {
    feed,
    hub,
    announcer,
    activityKeys,
    probes,
    close: async () => {
      announcer.close()
      probes.close()
      hub.close()
      feed.close()
      await notifications.close()
    },
  }
}
