/**
 * The next activity for a sink. The log gives its order: each batch of a gateway has one entry there, numbered only after the batch
 * was committed, so that a place in the log is a place in the activity of all gateways, and none is passed over.
 */
import { auditEntry } from '@sallyport/protocol/api'
import { z } from 'zod'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { type ActivityKeys, findBatch, openActivity } from '../domains/activity/index.ts'
import type { LogLink } from '../links/index.ts'
import type { ActivityEvent } from './event.ts'
import type { NextEvents } from './log-batch.ts'

/** Batches that are looked up at a time. */
const ENTRIES = 100
/** Records, and bytes of them as they rest, after which what was collected is sent. One batch of a gateway is not divided. */
const ENOUGH = 500
const ENOUGH_BYTES = 1024 * 1024

const details = z.object({ first: z.int().nonnegative(), count: z.int().positive() })

export interface ActivityReading {
  readonly pool: Pool
  readonly log: Pick<LogLink, 'listEntries'>
  readonly activityKeys: ActivityKeys
}

/**
 * What the API has, as it has it: what is kept at gateways alone, what was dropped, what retention or the erasure of a person
 * removed is not there. Null when there is nothing new in the log.
 */
export const nextOfActivity = async (
  { pool, log, activityKeys: keys }: ActivityReading,
  { organization, next }: { readonly organization: string; readonly next: number },
): Promise<NextEvents | null> => {
  const query = { organization, limit: ENTRIES, below: null, since: next - 1, type: 'activity.batch' } as const
  const { rows, tail } = await log.listEntries(query)
  const events: ActivityEvent[] = []
  let bytes = 0
  for (const { index, entry } of rows) {
    const { at, subject, details: said } = auditEntry.parse(entry)
    if (index === null || subject === null) throw new Error('an entry of activity names no stream')
    const { first, count } = details.parse(said)
    const found = await withOrganization(pool, organization, (transaction) =>
      findBatch(transaction, { stream: subject.id, first, count, receivedAt: at }),
    )
    for (const record of await openActivity(found, { organization, keys })) events.push({ index, record })
    bytes += found.reduce((sum, { body }) => sum + body.length, 0)
    if (events.length >= ENOUGH || bytes >= ENOUGH_BYTES) return { events, next: index + 1 }
  }
  return tail < next ? null : { events, next: tail + 1 }
}
