/** Moves entries from the outbox, where they were committed with their change, into the log. */
import { SallyportError } from '@sallyport/protocol'
import { type AuditEntry, auditEntry } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { notifyChange } from '../../domains/events/index.ts'
import { appendEntries, lockHead } from './number.ts'
import type { LogParts } from './parts.ts'
import type { PersonalData } from './personal-data.ts'

const BATCH = 1000

export interface OutboxRow {
  readonly id: string
  readonly type: AuditEntry['type']
  readonly at: Date
  readonly body: string
}

export const entryOfRow = (organization: string, row: OutboxRow): AuditEntry =>
  auditEntry.parse({
    ...(JSON.parse(row.body) as object),
    version: 1,
    id: row.id,
    organization,
    type: row.type,
    at: row.at.getTime(),
  })

/**
 * The leader for one batch of one organization: the lock ends with the transaction, so that a leader that was stopped and
 * woken up cannot go on.
 */
const leads = async (transaction: Transaction, organization: string): Promise<boolean> => {
  const { rows } = await sql<{ leads: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`sallyport outbox ${organization}`}, 0)) as leads`.execute(transaction)
  return rows[0]?.leads === true
}

const moveBatch = async (transaction: Transaction, organization: string, personal: PersonalData): Promise<number> => {
  if (!(await leads(transaction, organization))) return 0
  const rows = await transaction
    .selectFrom('audit_outbox')
    .select(['id', 'type', 'at', 'body'])
    .orderBy('position')
    .limit(BATCH)
    .execute()
  if (rows.length === 0) return 0
  const edge = await lockHead(transaction, organization)
  const entries = rows.map((row) => entryOfRow(organization, row))
  await appendEntries(transaction, { organization, edge }, await personal.seal(transaction, organization, entries))
  const ids = rows.map((row) => row.id)
  const deleted = await sql`delete from audit_outbox where id = any (${ids}::uuid[])`.execute(transaction)
  if (deleted.numAffectedRows !== BigInt(rows.length)) throw new Error('the outbox changed under its leader')
  await notifyChange(transaction, { organization, topic: 'audit' })
  return rows.length
}

/** Numbers everything that waits, in batches; returns how many. Entries that another replica is just numbering are left to it. */
export const numberOutbox = async (
  { pool, personal }: Pick<LogParts, 'pool'> & { readonly personal: PersonalData },
  organization: string,
): Promise<number> => {
  try {
    let total = 0
    for (;;) {
      const moved = await withOrganization(pool, organization, (transaction) => moveBatch(transaction, organization, personal))
      total += moved
      if (moved < BATCH) return total
    }
  } catch (cause) {
    throw new SallyportError('log_unavailable', { cause })
  }
}
