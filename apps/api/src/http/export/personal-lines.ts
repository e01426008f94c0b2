/** What is held about one person, as lines of a file: rows of the database, then what they did on resources, then the log. */
import type { AuditEntry } from '@sallyport/protocol/api'
import { uuid, timestamp } from '@sallyport/protocol'
import { z } from 'zod'
import { findActivity, isFullPage, openActivity } from '../../domains/activity/index.ts'
import { findPersonalRows } from '../../domains/privacy/index.ts'
import { logPlace } from '../../links/index.ts'
import type { CallerContext } from '../context.ts'
import { collectPart } from './collect-part.ts'

const tablePosition = z.strictObject({ table: z.int().nonnegative(), after: z.string().max(128) })
const activityPosition = z.strictObject({ at: timestamp, stream: uuid, number: z.int().nonnegative() })

/** Where a part begins: in which section, and below what of it; null at its beginning. */
export const personalCursor = z.discriminatedUnion('section', [
  z.strictObject({ section: z.literal('data'), below: tablePosition.nullable() }),
  z.strictObject({ section: z.literal('activity'), below: activityPosition.nullable() }),
  z.strictObject({ section: z.literal('acts'), below: logPlace.nullable() }),
  z.strictObject({ section: z.literal('entries-about'), below: logPlace.nullable() }),
])
type Cursor = z.infer<typeof personalCursor>

interface Part {
  readonly text: string
  readonly rows: number
  readonly next: Cursor | null
}

/** `below`: null at the end of the section. */
const partOf = <Position>(
  { text, rows, next }: { readonly text: string; readonly rows: number; readonly next: Position | null },
  { here, next: section }: { readonly here: (below: Position) => Cursor; readonly next: Cursor | null },
): Part => ({ text, rows, next: next === null ? section : here(next) })

const line = (kind: string, value: object): string => `${JSON.stringify({ kind, ...value })}\n`

const dataPart = async (context: CallerContext, person: string, from: z.infer<typeof tablePosition> | null): Promise<Part> => {
  const part = await collectPart({
    from,
    page: async (after, limit) => {
      const rows = await context.transaction((transaction) => findPersonalRows(transaction, { person, after, limit }))
      return { rows, next: rows.length === limit ? rows.at(-1)!.position : null }
    },
    lines: (rows) => Promise.resolve(rows.map(({ table, key, data }) => line('data', { table, id: key, data }))),
    positionOf: ({ position }) => position,
  })
  return partOf(part, { here: (below) => ({ section: 'data', below }), next: { section: 'activity', below: null } })
}

const activityPart = async (
  context: CallerContext,
  person: string,
  from: z.infer<typeof activityPosition> | null,
): Promise<Part> => {
  const scope = { organization: context.organization.id, keys: context.dependencies.activityKeys }
  const part = await collectPart({
    from,
    page: async (below, limit) => {
      const found = await context.transaction((transaction) =>
        findActivity(transaction, { filter: { user: person }, below, limit }),
      )
      const isMore = found.length === limit || isFullPage(found)
      const opened = await openActivity(found, scope)
      const positions = new Map(found.map(({ id, position }) => [id, position]))
      return {
        rows: opened.map((row) => ({ row, position: positions.get(row.id)! })),
        next: isMore ? found.at(-1)!.position : null,
      }
    },
    lines: (rows) => Promise.resolve(rows.map(({ row: { shortened: _shortened, ...row } }) => line('activity', { record: row }))),
    positionOf: ({ position }) => position,
  })
  return partOf(part, { here: (below) => ({ section: 'activity', below }), next: { section: 'acts', below: null } })
}

/** Entries of what they did, or of what was done to them. What is personal of others in them stays sealed. */
const logPart = async (
  context: CallerContext,
  person: string,
  cursor: Extract<Cursor, { section: 'acts' | 'entries-about' }>,
) => {
  const { section } = cursor
  const filter = section === 'acts' ? { user: person } : { subject: person }
  const { log } = context.dependencies
  const part = await collectPart({
    from: cursor.below,
    page: (below, limit) => log.listEntries({ organization: context.organization.id, ...filter, below, limit, opens: person }),
    lines: (rows) =>
      Promise.resolve(rows.map(({ index, entry }) => line('log-entry', { index, entry: entry as unknown as AuditEntry }))),
    positionOf: ({ place }) => place,
  })
  return partOf(part, {
    here: (below) => ({ section, below }),
    next: section === 'acts' ? { section: 'entries-about', below: null } : null,
  })
}

export const personalPart = (context: CallerContext, person: string, cursor: Cursor | null): Promise<Part> => {
  const from = cursor ?? { section: 'data', below: null }
  switch (from.section) {
    case 'data':
      return dataPart(context, person, from.below)
    case 'activity':
      return activityPart(context, person, from.below)
    case 'acts':
    case 'entries-about':
      return logPart(context, person, from)
  }
}
