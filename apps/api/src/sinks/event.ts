/** Entries of the log on their way out. */
import { type AuditEntry, auditEntry, type AuditRow } from '@sallyport/protocol/api'

/** One entry; its id and number are the same each time that it is sent. */
export interface SinkEvent {
  readonly index: number
  /** Leaf hash, base64url. */
  readonly leaf: string | null
  readonly entry: AuditEntry
}

export interface Batch {
  readonly organization: string
  readonly sink: string
  /** At least one, in the order of their numbers, which have no gaps. */
  readonly events: readonly SinkEvent[]
}

export const eventOf = ({ index, leaf, entry }: AuditRow): SinkEvent => {
  if (index === null) throw new Error('an entry without a number is not sent')
  return { index, leaf, entry: auditEntry.parse(entry) }
}

/** JSON, without a line end. */
export const lineOf = ({ index, leaf, entry }: SinkEvent): string => JSON.stringify({ index, leaf, entry })

/** Numbers of the first and of the last. */
export const rangeOf = ({ events }: Batch): { readonly first: number; readonly last: number } => ({
  first: events[0]!.index,
  last: events.at(-1)!.index,
})
