/** What this screen reads of an entry of the log. Pure. */
import { auditEntry, type AuditEntry, type AuditRow } from '@sallyport/protocol/api'

/** Reading is what costs most in a long list: once for each row. */
const read = new WeakMap<AuditRow, AuditEntry | null>()

/** null: an entry of a newer version than this one knows. */
export const entryOf = (row: AuditRow): AuditEntry | null => {
  const known = read.get(row)
  if (known !== undefined) return known
  const entry = auditEntry.safeParse(row.entry).data ?? null
  read.set(row, entry)
  return entry
}

/** The entry's id; of one that cannot be read, something that is as much its own. */
export const keyOf = (row: AuditRow): string =>
  entryOf(row)?.id ?? row.leaf ?? `entry-${row.index ?? JSON.stringify(row.entry).length}`

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null

const plain = (value: unknown): string => {
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.every(isPlain) ? value.join(', ') : JSON.stringify(value)
}

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Details on one line, without what stands before and after a change in full. */
const LINE = 300
export const detailsLine = ({ details }: AuditEntry): string =>
  Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${plain(value)}`)
    .join(' · ')
    .slice(0, LINE)

export interface Change {
  readonly name: string
  readonly before: string | null
  readonly after: string | null
}

/** Fields that a change made different; of something made or deleted, all its fields. null: the entry is about no change. */
export const changesOf = ({ details }: AuditEntry): readonly Change[] | null => {
  if (!('before' in details) || !('after' in details)) return null
  const { before, after } = details
  if (!isTable(before) && !isTable(after)) {
    return before === after ? [] : [{ name: '', before: said(before), after: said(after) }]
  }
  const [then, now] = [isTable(before) ? before : {}, isTable(after) ? after : {}]
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])]
  return names
    .map((name) => ({ name, before: said(then[name]), after: said(now[name]) }))
    .filter((change) => change.before !== change.after)
}

const said = (value: unknown): string | null => (value === null || value === undefined ? null : plain(value))

/** Details beside a change. */
export const otherDetails = ({ details }: AuditEntry): readonly (readonly [string, string])[] =>
  Object.entries(details)
    .filter(
      ([name, value]) =>
        value !== null && !('before' in details && 'after' in details && (name === 'before' || name === 'after')),
    )
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value, null, 1)])
