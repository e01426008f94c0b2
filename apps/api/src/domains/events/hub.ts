/** Hands every change that any replica committed to those who follow its organization. */
import type { Logger } from 'pino'
import type { Notifications } from '../../db/notifications.ts'
import type { Pool } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { type ChangeNotice, changeNotice, EVENTS_CHANNEL } from './notify.ts'
import { readVersions } from './store.ts'

/** Must not throw. */
export type ChangeFollower = (notice: ChangeNotice) => void

export interface EventHub {
  /** Returns what ends the subscription. */
  follow(organization: string, follower: ChangeFollower): () => void
  close(): void
}

export interface EventHubOptions {
  readonly pool: Pool
  readonly notifications: Notifications
  readonly logger: Logger
}

const parseNotice = (payload: string): ChangeNotice | null => {
  try {
    return changeNotice.parse(JSON.parse(payload))
  } catch {
    return null
  }
}

export const startEventHub = ({ pool, notifications, logger }: EventHubOptions): EventHub => {
  const organizations = new Map<string, Set<ChangeFollower>>()

  const tell = (notice: ChangeNotice): void => {
    for (const follower of organizations.get(notice.organization) ?? []) follower(notice)
  }

  /** After the connection was down nobody knows what was missed: everybody is told every version. */
  const tellAll = async (): Promise<void> => {
    for (const organization of organizations.keys()) {
      const versions = await withOrganization(pool, organization, readVersions)
      for (const { topic, version } of versions) tell({ organization, topic, version, users: null })
    }
  }

  const silence = notifications.listen(EVENTS_CHANNEL, {
    notified: (payload) => {
      const notice = parseNotice(payload)
      if (notice === null) logger.warn({ event: 'events.malformed' }, 'a notification of a change is malformed')
      else tell(notice)
    },
    resumed: () => {
      tellAll().catch((error: unknown) =>
        logger.warn({ event: 'events.unreadable', error: String(error) }, 'cannot read versions'),
      )
    },
  })

  return {
    follow: (organization, follower) => {
      const followers = organizations.get(organization) ?? new Set()
      organizations.set(organization, followers)
      followers.add(follower)
      return () => {
        followers.delete(follower)
        if (followers.size === 0 && organizations.get(organization) === followers) organizations.delete(organization)
      }
    },
    close: () => {
      silence()
      organizations.clear()
    },
  }
}
