/**
 * Revocations as they are committed, by whichever replica: woken by a notification, read by number, handed to everyone who
 * follows the organization. A look at the head every few seconds makes good a notification that got lost.
 */
import type { Revocation } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { Notifications } from '../../db/notifications.ts'
import type { Pool } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { REVOCATIONS_CHANNEL } from './revoke.ts'
import { type OrganizationHead, readHead, readRevocationsAfter } from './store.ts'

/** Neither function may throw. */
export interface RevocationFollower {
  /** Consecutive numbers. The first is the one after the last batch's, or after the head that `follow` returned. */
  readonly revoked: (revocations: readonly Revocation[]) => void
  /** The database answered just now: proof that nothing up to `head` is missing. Every few seconds. */
  readonly alive: (head: OrganizationHead) => void
}

export interface RevocationFeed {
  /** Follows the organization from the head that is returned. */
  follow(
    organization: string,
    follower: RevocationFollower,
  ): Promise<{ readonly head: OrganizationHead; readonly leave: () => void }>
  /** Reads now, without waiting for a notification. */
  wake(organization: string): void
  close(): void
}

interface Followed {
  readonly followers: Set<RevocationFollower>
  head: OrganizationHead
  reading: boolean
  readAgain: boolean
}

export interface RevocationFeedOptions {
  readonly pool: Pool
  readonly notifications: Notifications
  readonly logger: Logger
  /** Milliseconds between looks at the head. */
  readonly interval: number
}

export const startRevocationFeed = ({ pool, notifications, logger, interval }: RevocationFeedOptions): RevocationFeed => {
  const organizations = new Map<string, Followed>()

  const readOnce = async (organization: string, followed: Followed): Promise<void> => {
    const { head, revocations } = await withOrganization(pool, organization, async (transaction) => ({
      head: await readHead(transaction, organization),
      revocations: await readRevocationsAfter(transaction, organization, followed.head.head),
    }))
    const last = revocations.at(-1)?.number ?? followed.head.head
    followed.head = { head: last, trustBundle: head.trustBundle }
    if (revocations.length > 0) for (const follower of followed.followers) follower.revoked(revocations)
    if (last < head.head) followed.readAgain = true
    else for (const follower of followed.followers) follower.alive(followed.head)
  }

  const read = async (organization: string, followed: Followed): Promise<void> => {
    followed.reading = true
    try {
      do {
        followed.readAgain = false
        await readOnce(organization, followed)
      } while (followed.readAgain)
    } catch (error) {
      // The next look tries again; until then followers hear nothing, and whoever hears nothing for long closes.
      logger.warn({ event: 'revocations.unreadable', organization, error: String(error) }, 'cannot read revocations')
    } finally {
      followed.reading = false
    }
  }

  const wake = (organization: string): void => {
    const followed = organizations.get(organization)
    if (followed === undefined) return
    if (followed.reading) followed.readAgain = true
    else read(organization, followed).catch((error: unknown) => logger.error({ error }, 'reading revocations failed'))
  }
  const wakeAll = (): void => {
    for (const organization of organizations.keys()) wake(organization)
  }

  const silence = notifications.listen(REVOCATIONS_CHANNEL, { notified: wake, resumed: wakeAll })
  const timer = setInterval(wakeAll, interval)

  return {
    follow: async (organization, follower) => {
      const head = await withOrganization(pool, organization, (transaction) => readHead(transaction, organization))
      const followed = organizations.get(organization) ?? { followers: new Set(), head, reading: false, readAgain: false }
      organizations.set(organization, followed)
      followed.followers.add(follower)
      // What was committed since that head was read notified nobody who followed yet.
      wake(organization)
      return {
        head: followed.head,
        leave: () => {
          followed.followers.delete(follower)
          if (followed.followers.size === 0 && organizations.get(organization) === followed) organizations.delete(organization)
        },
      }
    },
    wake,
    close: () => {
      silence()
      clearInterval(timer)
      organizations.clear()
    },
  }
}
