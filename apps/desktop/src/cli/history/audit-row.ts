/** One entry of the log, in words. */
import { auditEntry, type AuditEntry } from '@sallyport/protocol/api'
import type { ItemOf } from '../names/nouns.ts'
import type { NameOf } from '../route-command.ts'
import { localTime } from '../views/time.ts'

export type AuditRow = ItemOf<'listAuditEntries'>

/** null: an entry of a newer version than this client knows. */
export const entryOf = (row: AuditRow): AuditEntry | null => auditEntry.safeParse(row.entry).data ?? null

export const auditId = (row: AuditRow): string => entryOf(row)?.id ?? row.leaf ?? JSON.stringify(row.entry)
export const auditTime = (row: AuditRow): number => entryOf(row)?.at ?? 0

const named = new Set(['user', 'role', 'site', 'resource', 'credential', 'gateway', 'device', 'session'] as const)
type NamedKind = typeof named extends Set<infer Kind> ? Kind : never
const isNamed = (kind: string): kind is NamedKind => (named as ReadonlySet<string>).has(kind)

export const actorText = ({ actor }: AuditEntry, nameOf: NameOf): string => {
  if (actor.id === null) return actor.kind
  return actor.kind === 'user' || actor.kind === 'gateway' ? nameOf(actor.kind, actor.id) : `${actor.kind} ${actor.id}`
}

const subjectText = ({ subject }: AuditEntry, nameOf: NameOf): string => {
  if (subject === null) return ''
  return `${subject.kind} ${isNamed(subject.kind) ? nameOf(subject.kind, subject.id) : subject.id}`
}

const detailsText = ({ details }: AuditEntry): string =>
  Object.entries(details)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')

export interface AuditLine {
  readonly index: number | null
  readonly time: string
  readonly type: string
  readonly actor: string
  readonly what: string
}

export const auditLine = (row: AuditRow, nameOf: NameOf): AuditLine => {
  const entry = entryOf(row)
  if (!entry) return { index: row.index, time: '-', type: '-', actor: '-', what: JSON.stringify(row.entry) }
  return {
    index: row.index,
    time: localTime(new Date(entry.at).toISOString()),
    type: entry.type,
    actor: actorText(entry, nameOf),
    what: [subjectText(entry, nameOf), detailsText(entry)].filter((text) => text !== '').join('  '),
  }
}
