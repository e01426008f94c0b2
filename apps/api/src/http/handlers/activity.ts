/** What was done on resources: for auditors everybody's, for everybody their own. */
import { auditEntry, type ExportFormat } from '@sallyport/protocol/api'
import { SallyportError, timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import {
  type ActivityFilter,
  type ActivityPosition,
  type ActivityRow,
  type ActivityTail,
  findReceived,
  findRecordings,
  findSentBatch,
  linesOfBatch,
  openActivity,
  positionOfRow,
  searchActivity,
  shorten,
  withWords,
  wordsOf,
} from '../../domains/activity/index.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import type { CallerContext } from '../context.ts'
import { decodeCursor, encodeCursor, pageOfFound } from '../cursor.ts'
import { activityLines } from '../export/activity-lines.ts'
import { collectPart } from '../export/collect-part.ts'
import { namesOf } from '../export/names.ts'
import type { HandlersOf } from '../handler.ts'

const position = z.strictObject({ at: timestamp, stream: uuid, number: z.int().nonnegative() })
const recordingPosition = z.strictObject({ at: timestamp, digest: z.string().length(43) })
const tailPosition = z.strictObject({ received: timestamp, stream: uuid.optional(), number: z.int().nonnegative().optional() })

/**
 * Rows that are committed a little after one that was received later are not missed: a tail that caught up goes back by this, in
 * milliseconds, and its reader knows rows by their id.
 */
const TAIL_OVERLAP = 5_000

interface Wanted extends ActivityFilter {
  readonly text?: string | undefined
}

/** Newest first, `limit` at most. */
const pageBelow = (
  context: CallerContext,
  { text, ...filter }: Wanted,
  { below, limit }: { readonly below: ActivityPosition | null; readonly limit: number },
) =>
  searchActivity({
    organization: context.organization.id,
    keys: context.dependencies.activityKeys,
    filter,
    words: wordsOf(text ?? ''),
    below,
    limit,
    now: context.now(),
    run: context.transaction,
  })

const tailNow = (context: CallerContext): ActivityTail => ({ received: new Date(context.now() - TAIL_OVERLAP).toISOString() })

/** What came since, oldest first, and where the tail stands then; `isMore`: not everything was looked through. */
const pageSince = async (
  context: CallerContext,
  { text, ...filter }: Wanted,
  { since, limit }: { readonly since: ActivityTail; readonly limit: number },
): Promise<{ readonly rows: readonly ActivityRow[]; readonly tail: ActivityTail; readonly isMore: boolean }> => {
  const caughtUp = tailNow(context)
  const found = await context.transaction((transaction) => findReceived(transaction, { filter, since, limit }))
  const opened = await openActivity(found.rows, {
    organization: context.organization.id,
    keys: context.dependencies.activityKeys,
  })
  const words = wordsOf(text ?? '')
  const rows = words.size === 0 ? opened : withWords(opened, words)
  return { rows, tail: found.tail ?? caughtUp, isMore: found.tail !== null }
}

interface ListQuery extends Wanted {
  readonly cursor?: string | undefined
  readonly limit: number
  readonly since?: string | undefined
  readonly view: 'full' | 'short'
}

const list = async (context: CallerContext, { cursor, limit, since, view, ...wanted }: ListQuery) => {
  const shown = (rows: readonly ActivityRow[]) => (view === 'short' ? rows.map(shorten) : [...rows])
  const from = decodeCursor(since, tailPosition)
  if (from !== null) {
    const { rows, tail, isMore } = await pageSince(context, wanted, { since: from, limit })
    return { items: shown(rows), next: isMore ? encodeCursor(tail) : null, tail: encodeCursor(tail) }
  }
  const tail = encodeCursor(tailNow(context))
  const { rows, next } = await pageBelow(context, wanted, { below: decodeCursor(cursor, position), limit })
  return { items: shown(rows), next: next === null ? null : encodeCursor(next), tail }
}

interface ExportQuery extends Wanted {
  readonly cursor?: string | undefined
}

const filterOf = (filter: Wanted): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined))

const exportPage = async (context: CallerContext, { cursor, ...wanted }: ExportQuery, format: ExportFormat) => {
  const part = await collectPart({
    from: decodeCursor(cursor, position),
    page: (below, limit) => pageBelow(context, wanted, { below, limit }),
    lines: async (rows, isFirst) => {
      const names = await context.transaction((transaction) => namesOf(transaction, rows))
      return activityLines(rows, { format, names, header: isFirst })
    },
    positionOf: positionOfRow,
  })
  await context.transaction((transaction) =>
    recordAudit(transaction, {
      type: 'activity.exported',
      actor: context.actor,
      subject: null,
      details: { format, filter: part.rows === 0 ? null : filterOf(wanted), rows: part.rows, continued: cursor !== undefined },
    }),
  )
  return { text: part.text, rows: part.rows, next: part.next === null ? null : encodeCursor(part.next) }
}

/** Batches of one stream that came in the same millisecond. */
const AT_ONCE = 20

const prove = async (context: CallerContext, record: string) => {
  const { log, activityKeys: keys } = context.dependencies
  const organization = context.organization.id
  const batch = await context.transaction((transaction) => findSentBatch(transaction, record))
  if (batch === null) throw new SallyportError('not_found')
  const { rows } = await log.listEntries({
    organization,
    type: 'activity.batch',
    subject: batch.stream,
    after: new Date(batch.receivedAt - 1).toISOString(),
    before: new Date(batch.receivedAt + 1).toISOString(),
    below: null,
    limit: AT_ONCE,
  })
  const entry = rows.map((row) => auditEntry.parse(row.entry)).find(({ details }) => details['first'] === batch.first)
  const proven = entry === undefined ? null : (await log.proveEntry({ organization, entry: entry.id })).found
  if (proven === null) throw new SallyportError('not_found', { message: 'The log has not numbered this record yet.' })
  return { ...proven, lines: await linesOfBatch(batch, { organization, keys }) }
}

const ofMine = <Query extends object>(context: CallerContext, query: Query): Query & { readonly user: string } => ({
  ...query,
  user: context.user.id,
})

export const activityHandlers = {
  listActivity: (context, { query }) => list(context, query),
  listMyActivity: (context, { query }) => list(context, ofMine(context, query)),
  proveActivity: (context, { parameters: { record } }) => prove(context, record),
  exportActivity: (context, { query, body }) => exportPage(context, query, body.format),
  listRecordings: (context, { query: { cursor, limit, digest, user } }) =>
    context.transaction(async (transaction) => {
      const below = decodeCursor(cursor, recordingPosition)
      const found = await findRecordings(transaction, { digest, user, below, limit: limit + 1 })
      return pageOfFound(found, { limit, keyOf: ({ at, digest: last }) => ({ at, digest: last }) })
    }),
  exportMyActivity: (context, { query, body }) => exportPage(context, ofMine(context, query), body.format),
} satisfies HandlersOf<
  'listActivity' | 'proveActivity' | 'listMyActivity' | 'exportActivity' | 'exportMyActivity' | 'listRecordings'
>
