/** The log, for auditors: read by the log role, which alone may. */
import type { AuditEntry } from '@sallyport/protocol/api'
import { z } from 'zod'
import { recordAudit } from '../../domains/audit/index.ts'
import { type LogPlace, logPlace } from '../../links/index.ts'
import type { CallerContext } from '../context.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { auditLines } from '../export/audit-lines.ts'
import { collectPart } from '../export/collect-part.ts'
import type { HandlersOf } from '../handler.ts'

const tailPosition = z.strictObject({ index: z.int().min(-1) })

interface Wanted {
  readonly type?: AuditEntry['type'] | undefined
  readonly user?: string | undefined
  readonly subject?: string | undefined
  readonly text?: string | undefined
  readonly after?: string | undefined
  readonly before?: string | undefined
}

interface Place {
  readonly below: LogPlace | null
  readonly since?: number | undefined
  readonly limit: number
}

const wordsIn = (text: string | undefined): string[] => (text ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 32)

const read = (context: Pick<CallerContext, 'dependencies' | 'organization'>, { text, ...wanted }: Wanted, place: Place) =>
  context.dependencies.log.listEntries({
    ...wanted,
    ...place,
    words: wordsIn(text),
    organization: context.organization.id,
  })

const filterOf = (filter: Wanted): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined))

export const auditHandlers = {
  listAuditEntries: async (context, { query: { cursor, since, limit, ...wanted } }) => {
    const from = decodeCursor(since, tailPosition)?.index
    const { rows, next, tail } = await read(context, wanted, { below: decodeCursor(cursor, logPlace), since: from, limit })
    return {
      items: rows.map(({ place: _place, ...row }) => row),
      next: next === null ? null : encodeCursor(next),
      tail: encodeCursor({ index: tail }),
    }
  },

  exportAuditEntries: async (context, { query: { cursor, ...wanted }, body: { format } }) => {
    const part = await collectPart({
      from: decodeCursor(cursor, logPlace),
      page: (below, limit) => read(context, wanted, { below, limit }),
      lines: (rows, isFirst) => Promise.resolve(auditLines(rows, { format, header: isFirst })),
      positionOf: ({ place }) => place,
    })
    await context.transaction((transaction) =>
      recordAudit(transaction, {
        type: 'audit.exported',
        actor: context.actor,
        subject: null,
        details: { format, filter: part.rows === 0 ? null : filterOf(wanted), rows: part.rows, continued: cursor !== undefined },
      }),
    )
    return { text: part.text, rows: part.rows, next: part.next === null ? null : encodeCursor(part.next) }
  },
} satisfies HandlersOf<'listAuditEntries' | 'exportAuditEntries'>
