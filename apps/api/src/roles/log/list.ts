/** The log as auditors page through it: newest first, what waits for its number before everything that has one. */
import { fromUtf8, toBase64url } from '@sallyport/protocol'
import type { AuditEntry } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { LogLink } from '../../links/index.ts'
import { entryOfRow } from './outbox.ts'
import type { LogParts } from './parts.ts'

type Query = Parameters<LogLink['listEntries']>[0]
type Row = Awaited<ReturnType<LogLink['listEntries']>>['rows'][number]

/** How many waiting entries are looked through for a page; there are so many only while the log cannot be written. */
const MAX_WAITING = 5000

const matches = (entry: AuditEntry, query: Query): boolean =>
  (query.type === undefined || entry.type === query.type) &&
  (query.user === undefined || (entry.actor.kind === 'user' && entry.actor.id === query.user)) &&
  (query.after === undefined || entry.at > Date.parse(query.after)) &&
  (query.before === undefined || entry.at < Date.parse(query.before))

const positionBelow = ({ below }: Query): number | null => (below !== null && 'position' in below ? below.position : null)
const indexBelow = ({ below }: Query): number | null => (below !== null && 'index' in below ? below.index : null)

const readWaiting = async (transaction: Transaction, query: Query): Promise<Row[]> => {
  if (indexBelow(query) !== null) return []
  const position = positionBelow(query)
  const rows = await transaction
    .selectFrom('audit_outbox')
    .select(['id', 'type', 'at', 'body', 'position'])
    .$if(position !== null, (select) => select.where('position', '<', String(position)))
    .orderBy('position', 'desc')
    .limit(MAX_WAITING)
    .execute()
  return rows
    .map((row) => ({ position: Number(row.position), entry: entryOfRow(query.organization, row) }))
    .filter(({ entry }) => matches(entry, query))
    .slice(0, query.limit + 1)
    .map((row) => ({ index: null, leaf: null, entry: row.entry as Row['entry'], place: { position: row.position } }))
}

const readNumbered = async (transaction: Transaction, query: Query, limit: number): Promise<Row[]> => {
  const index = indexBelow(query)
  const rows = await transaction
    .selectFrom('audit_entries')
    .select(['index', 'leaf', 'entry'])
    .$if(index !== null, (select) => select.where('index', '<', index!))
    .$if(query.type !== undefined, (select) => select.where('type', '=', query.type!))
    .$if(query.user !== undefined, (select) => select.where('user_id', '=', query.user!))
    .$if(query.after !== undefined, (select) => select.where('at', '>', new Date(query.after!)))
    .$if(query.before !== undefined, (select) => select.where('at', '<', new Date(query.before!)))
    .orderBy('index', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    index: Number(row.index),
    leaf: toBase64url(row.leaf),
    entry: JSON.parse(fromUtf8(row.entry)) as Row['entry'],
    place: { index: Number(row.index) },
  }))
}

const idOf = (row: Row): string => (row.entry as AuditEntry).id

export const listing =
  ({ pool }: Pick<LogParts, 'pool'>): LogLink['listEntries'] =>
  (query) =>
    withOrganization(pool, query.organization, async (transaction) => {
      // Waiting ones first: an entry that is numbered in between is then seen twice, and not never.
      const waiting = await readWaiting(transaction, query)
      const missing = query.limit + 1 - waiting.length
      const numbered = missing > 0 ? await readNumbered(transaction, query, missing) : []
      const seen = new Set(numbered.map(idOf))
      return { rows: [...waiting.filter((row) => !seen.has(idOf(row))), ...numbered] }
    })
