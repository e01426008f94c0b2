/** Moves entries from the outbox, where they were committed with their change, into the log. */
import { canonicalJson, SallyportError } from '@sallyport/protocol'
import { type AuditEntry, auditEntry } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { isSealedBody } from '../../domains/audit/index.ts'
import { notifyChange } from '../../domains/events/index.ts'
import { appendEntries, lockHead } from './number.ts'
import type { OutboxKey } from './outbox-key.ts'
import type { LogParts } from './parts.ts'
import type { PersonalData } from './personal-data.ts'

const BATCH = 2000

export interface OutboxRow {
  readonly id: string
  readonly type: AuditEntry['type']
  readonly at: Date
  readonly body: string
}

/** What is left of an entry that was sealed under a root key that is lost. */
const lost = canonicalJson({
  actor: { kind: 'anonymous', id: null, device: null, session: null, address: null },
  subject: null,
  details: { lost: 'What this entry said was sealed under a root key that is lost.' },
})

const entryOf = (organization: string, row: OutboxRow, body: string): AuditEntry =>
  auditEntry.parse({
    ...(JSON.parse(body) as object),
    version: 1,
    id: row.id,
    organization,
    type: row.type,
    at: row.at.getTime(),
  })

/** Makes the database refuse entries in clear for good. False while one of before waits for its number. */
export const refuseClear = async (pool: Pool): Promise<boolean> => {
  const { rows } = await sql<{ refused: boolean }>`select refuse_clear_entries() as refused`.execute(pool)
  return rows[0]?.refused === true
}

/** Throws when there can be no entry in clear: somebody wrote it past the constraint. */
const checkClear = async (transaction: Transaction, rows: readonly OutboxRow[]): Promise<void> => {
  if (rows.every(({ body }) => isSealedBody(body))) return
  const { rows: pending } = await sql`
    select from pg_constraint
    where conrelid = 'public.audit_outbox'::regclass and conname = 'audit_outbox_sealed' and not convalidated`.execute(
    transaction,
  )
  if (pending.length === 0) throw new Error('an entry waits in clear')
}

interface Waiting {
  readonly organization: string
  readonly rows: readonly OutboxRow[]
}

/** In their order; null for those that this log cannot open. */
export const openRows = async (
  transaction: Transaction,
  key: OutboxKey,
  { organization, rows }: Waiting,
): Promise<(AuditEntry | null)[]> => {
  await checkClear(transaction, rows)
  const opened: (AuditEntry | null)[] = []
  for (const row of rows) {
    const body = await key.open({ organization, id: row.id, type: row.type }, row.body)
    opened.push(body === null ? null : entryOf(organization, row, body))
  }
  return opened
}

/** Throws while entries are sealed to another log than this one: it was started with the wrong root key. */
const entriesOfRows = async (
  transaction: Transaction,
  key: OutboxKey,
  { organization, rows }: Waiting,
): Promise<AuditEntry[]> => {
  const opened = await openRows(transaction, key, { organization, rows })
  if (opened.includes(null) && !(await key.isNewest(transaction))) throw new Error('entries are sealed to another root key')
  return opened.map((entry, index) => entry ?? entryOf(organization, rows[index]!, lost))
}

/**
 * The leader for one batch of one organization: the lock ends with the transaction, so that a leader that was stopped and
 * woken up cannot go on.
 */
const leads = async (transaction: Transaction, organization: string): Promise<boolean> => {
  const { rows } = await sql<{ leads: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`sallyport outbox ${organization}`}, 0)) as leads`.execute(transaction)
  return rows[0]?.leads === true
}

const removeRows = async (transaction: Transaction, rows: readonly OutboxRow[]): Promise<void> => {
  const ids = rows.map(({ id }) => id)
  const deleted = await sql`delete from audit_outbox where id = any (${ids}::uuid[])`.execute(transaction)
  if (deleted.numAffectedRows !== BigInt(rows.length)) throw new Error('the outbox changed under its leader')
}

interface Moving {
  readonly personal: PersonalData
  readonly outboxKey: OutboxKey
}

const moveBatch = async (transaction: Transaction, organization: string, { personal, outboxKey }: Moving): Promise<number> => {
  if (!(await leads(transaction, organization))) return 0
  const rows = await transaction
    .selectFrom('audit_outbox')
    .select(['id', 'type', 'at', 'body'])
    .orderBy('position')
    .limit(BATCH)
    .execute()
  if (rows.length === 0) return 0
  const edge = await lockHead(transaction, organization)
  // The database takes them away while they are opened; if that fails, they stay.
  const [entries] = await Promise.all([
    entriesOfRows(transaction, outboxKey, { organization, rows }),
    removeRows(transaction, rows),
  ])
  await appendEntries(transaction, { organization, edge }, await personal.seal(transaction, organization, entries))
  await notifyChange(transaction, { organization, topic: 'audit' })
  return rows.length
}

/** Numbers everything that waits, in batches; returns how many. Entries that another replica is just numbering are left to it. */
export const numberOutbox = async (
  { pool, ...moving }: Pick<LogParts, 'pool'> & Moving,
  organization: string,
): Promise<number> => {
  try {
    let total = 0
    for (;;) {
      const moved = await withOrganization(pool, organization, (transaction) => moveBatch(transaction, organization, moving))
      total += moved
      if (moved < BATCH) return total
    }
  } catch (cause) {
    throw new SallyportError('log_unavailable', { cause })
  }
}
