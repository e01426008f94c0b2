/** Entries of the log as lines of a file. */
import { assertNever } from '@sallyport/protocol'
import { auditEntry, type AuditRow, type ExportFormat } from '@sallyport/protocol/api'
import { csvRecord } from './csv.ts'

const columns = [
  'index',
  'at',
  'type',
  'actor_kind',
  'actor',
  'device',
  'session',
  'address',
  'subject_kind',
  'subject',
  'details',
  'id',
  'leaf',
] as const

const csvOf = ({ index, leaf, entry }: AuditRow): string => {
  const parsed = auditEntry.safeParse(entry)
  if (!parsed.success)
    return csvRecord([index, null, null, null, null, null, null, null, null, null, JSON.stringify(entry), null, leaf])
  const { at, type, actor, subject, details, id } = parsed.data
  return csvRecord([
    index,
    new Date(at).toISOString(),
    type,
    actor.kind,
    actor.id,
    actor.device,
    actor.session,
    actor.address,
    subject?.kind ?? null,
    subject?.id ?? null,
    JSON.stringify(details),
    id,
    leaf,
  ])
}

/** One text for each row; the first begins with the names of the columns where there is a header. */
export const auditLines = (
  rows: readonly AuditRow[],
  { format, header }: { readonly format: ExportFormat; readonly header: boolean },
): string[] => {
  switch (format) {
    case 'json-lines':
      return rows.map(({ index, leaf, entry }) => `${JSON.stringify({ index, leaf, entry })}\n`)
    case 'csv': {
      const lines = rows.map(csvOf)
      if (!header) return lines
      return [`${csvRecord(columns)}${lines[0] ?? ''}`, ...lines.slice(1)]
    }
    default:
      return assertNever(format)
  }
}
