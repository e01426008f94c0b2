import type { AgentEvent } from '@sallyport/protocol'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'

/** Channel of the wake-up; its payload is {@link changeNotice} as JSON. */
export const EVENTS_CHANNEL = 'sallyport_events'

export type EventTopic = AgentEvent['topic']

/** PostgreSQL refuses payloads of 8000 bytes; a change that concerns more people than this is told to everybody. */
const MAX_NAMED_USERS = 100

export const changeNotice = z.strictObject({
  organization: z.uuid(),
  topic: z.enum(['credentials', 'session', 'trust-bundle', 'devices', 'activity', 'audit', 'alerts', 'requests']),
  version: z.int().nonnegative(),
  /** Whom it concerns; null: everybody of the organization. */
  users: z.array(z.uuid()).max(MAX_NAMED_USERS).nullable(),
})
export type ChangeNotice = z.infer<typeof changeNotice>

export interface Change {
  readonly organization: string
  readonly topic: EventTopic
  /** Whom it concerns; absent: everybody of the organization. */
  readonly users?: readonly string[]
}

/**
 * Tells the agents of these people (or of the whole organization) at commit that something under this topic changed. The
 * topic's version grows with it, so that an agent that was away sees on its return that it missed something.
 */
export const notifyChange = async (transaction: Transaction, { organization, topic, users }: Change): Promise<void> => {
  const { version } = await transaction
    .insertInto('event_versions')
    .values({ organization_id: organization, topic, version: 1 })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'topic']).doUpdateSet({ version: sql<number>`event_versions.version + 1` }),
    )
    .returning('version')
    .executeTakeFirstOrThrow()
  const named = users === undefined || users.length > MAX_NAMED_USERS ? null : [...users]
  const notice: ChangeNotice = { organization, topic, version: Number(version), users: named }
  await sql`select pg_notify(${EVENTS_CHANNEL}, ${JSON.stringify(notice)})`.execute(transaction)
}
