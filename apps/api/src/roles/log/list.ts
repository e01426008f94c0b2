/** The log as auditors page through it: newest first, what waits for its number before everything that has one. */
import { fromUtf8, toBase64url } from '@sallyport/protocol'
import type { AuditEntry } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { LogLink } from '../../links/index.ts'
import { findNumbered, lastIndex, type NumberedRow } from './find-numbered.ts'
import { openRows } from './outbox.ts'
import type { OutboxKey } from './outbox-key.ts'
import type { LogParts } from './parts.ts'
import type { PersonalData } from './personal-data.ts'

type Query = Parameters<LogLink['listEntries']>[0]
type Answer = Awaited<ReturnType<LogLink['listEntries']>>
type Row = Answer['rows'][number]

/** How many waiting entries are looked through for a page; there are so many only while the log cannot be written. */
const MAX_WAITING = 1000
/** Entries of a page are this long together, in bytes, or one entry longer. */
const MAX_PAGE_BYTES = 2 * 1024 * 1024

const hasWords = (entry: AuditEntry, words: readonly string[]): boolean => {
  if (words.length === 0) return true
  const text = JSON.stringify(entry).toLowerCase()
  return words.every((word) => text.includes(word))
}

const matches = (entry: AuditEntry, query: Query): boolean =>
  (query.type === undefined || entry.type === query.type) &&
  (query.user === undefined || (entry.actor.kind === 'user' && entry.actor.id === query.user)) &&
  (query.subject === undefined || entry.subject?.id === query.subject) &&
  (query.after === undefined || entry.at > Date.parse(query.after)) &&
  (query.before === undefined || entry.at < Date.parse(query.before)) &&
  hasWords(entry, query.words ?? [])

const positionBelow = ({ below }: Query): number | null => (below !== null && 'position' in below ? below.position : null)
const indexBelow = ({ below }: Query): number | null => (below !== null && 'index' in below ? below.index : null)

/** Without those that this log cannot open. */
const readWaiting = async (transaction: Transaction, query: Query, key: OutboxKey): Promise<Row[]> => {
  // What waits is not sealed for its people yet.
  if (indexBelow(query) !== null || query.opens !== undefined) return []
  const position = positionBelow(query)
  const rows = await transaction
    .selectFrom('audit_outbox')
    .select(['id', 'type', 'at', 'body', 'position'])
    .$if(position !== null, (select) => select.where('position', '<', String(position)))
    .orderBy('position', 'desc')
    .limit(MAX_WAITING)
    .execute()
  const entries = await openRows(transaction, key, { organization: query.organization, rows })
  return rows
    .flatMap((row, index) => {
      const entry = entries[index] ?? null
      return entry === null ? [] : [{ position: Number(row.position), entry }]
    })
    .filter(({ entry }) => matches(entry, query))
    .map((row) => ({ index: null, leaf: null, entry: row.entry as Row['entry'], place: { position: row.position } }))
}

/** As people read them: what is personal in them opened, as far as it was not erased. */
const rowsOfNumbered = async (
  transaction: Transaction,
  numbered: readonly NumberedRow[],
  { query, personal }: { readonly query: Query; readonly personal: PersonalData },
): Promise<Row[]> => {
  const entries = numbered.map(({ entry }) => JSON.parse(fromUtf8(entry)) as AuditEntry)
  const shown = await personal.show(transaction, query.organization, { entries, only: query.opens })
  return numbered.map(({ index, leaf }, place) => {
    const { entry, erased } = shown[place]!
    return {
      index,
      leaf: toBase64url(leaf),
      entry: entry as Row['entry'],
      ...(erased.length === 0 ? {} : { erased: [...erased] }),
      place: { index },
    }
  })
}

interface Opening {
  readonly personal: PersonalData
  readonly outboxKey: OutboxKey
}

const idOf = (row: Row): string => (row.entry as AuditEntry).id

/** As many of these rows, in their order, as fit a page. */
const fitting = (rows: readonly Row[], limit: number): Row[] => {
  let bytes = 0
  const cut = rows.findIndex((row, index) => {
    if (index >= limit || bytes > MAX_PAGE_BYTES) return true
    bytes += JSON.stringify(row.entry).length
    return false
  })
  return cut === -1 ? [...rows] : rows.slice(0, cut)
}

const newest = async (transaction: Transaction, query: Query, { personal, outboxKey }: Opening): Promise<Answer> => {
  const tail = await lastIndex(transaction)
  // Waiting ones first: an entry that is numbered in between is then seen twice, and not never.
  const waiting = await readWaiting(transaction, query, outboxKey)
  const found = await findNumbered(transaction, query, {
    order: 'desc',
    from: indexBelow(query),
    limit: query.limit,
    maxBytes: MAX_PAGE_BYTES,
  })
  const seen = new Set(found.rows.map(({ id }) => id))
  const all = [
    ...waiting.filter((row) => !seen.has(idOf(row))),
    ...(await rowsOfNumbered(transaction, found.rows, { query, personal })),
  ]
  const rows = fitting(all, query.limit)
  const isCut = rows.length < all.length
  const next = isCut ? rows.at(-1)!.place : found.upTo === null ? null : { index: found.upTo }
  return { rows, next, tail }
}

const since = async (
  transaction: Transaction,
  query: Query,
  { from, personal }: { readonly from: number; readonly personal: PersonalData },
): Promise<Answer> => {
  const last = await lastIndex(transaction)
  const found = await findNumbered(transaction, query, { order: 'asc', from, limit: query.limit, maxBytes: MAX_PAGE_BYTES })
  const rows = await rowsOfNumbered(transaction, found.rows, { query, personal })
  return { rows, next: null, tail: found.upTo ?? Math.max(from, last, found.last) }
}

export const listing =
  ({ pool, ...opening }: Pick<LogParts, 'pool'> & Opening): LogLink['listEntries'] =>
  (query) =>
    withOrganization(pool, query.organization, (transaction) =>
      query.since === undefined
        ? newest(transaction, query, opening)
        : since(transaction, query, { from: query.since, personal: opening.personal }),
    )
