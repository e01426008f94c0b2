/** Announces what changes all the time, at most once in a while for each organization, and always the last change. */
import type { Logger } from 'pino'
import type { Pool } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { type EventTopic, notifyChange } from './notify.ts'

export interface Announcer {
  /** Something changed under the topic; it is committed already. */
  announce(organization: string, topic: EventTopic): void
  /** What was not told yet is not told any more: agents see it by its version when they come back. */
  close(): void
}

export interface AnnouncerOptions {
  readonly pool: Pool
  readonly logger: Logger
  /** Milliseconds from a change until it is told, with all that follow meanwhile. */
  readonly delay: number
}

export const startAnnouncer = ({ pool, logger, delay }: AnnouncerOptions): Announcer => {
  const waiting = new Map<string, NodeJS.Timeout>()
  return {
    announce: (organization, topic) => {
      const name = `${organization} ${topic}`
      if (waiting.has(name)) return
      const tell = (): void => {
        waiting.delete(name)
        withOrganization(pool, organization, (transaction) => notifyChange(transaction, { organization, topic })).catch(
          (error: unknown) => logger.warn({ event: 'events.unannounced', topic, error: String(error) }, 'a change was not told'),
        )
      }
      waiting.set(name, setTimeout(tell, delay))
    },
    close: () => {
      for (const timer of waiting.values()) clearTimeout(timer)
      waiting.clear()
    },
  }
}
