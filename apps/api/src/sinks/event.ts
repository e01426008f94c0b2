/** What is on its way out: entries of the log, or records of activity. */
import { type AuditEntry, auditEntry, type AuditRow, type SinkStream } from '@sallyport/protocol/api'
import type { ActivityRow } from '../domains/activity/index.ts'

/** One entry; its id and number are the same each time that it is sent. */
export interface LogEvent {
  readonly index: number
  /** Leaf hash, base64url. */
  readonly leaf: string | null
  readonly entry: AuditEntry
}

/** One record; its id, stream and number, is the same each time that it is sent. */
export interface ActivityEvent {
  /** Number of the log's entry of the batch that it came in: the proof of that entry is the proof of its digest. */
  readonly index: number
  readonly record: ActivityRow
}

export type SinkEvent = LogEvent | ActivityEvent

export interface Batch {
  readonly organization: string
  readonly sink: string
  readonly stream: SinkStream
  /** Entries of the log, by their numbers, that these are, or whose activity these are: from `first` to `last`. */
  readonly first: number
  readonly last: number
  /** At least one, in the order of the log, and of their numbers within an entry. */
  readonly events: readonly SinkEvent[]
}

export const eventOf = ({ index, leaf, entry }: AuditRow): LogEvent => {
  if (index === null) throw new Error('an entry without a number is not sent')
  return { index, leaf, entry: auditEntry.parse(entry) }
}

/** When it happened, milliseconds since 1970. */
export const timeOf = (event: SinkEvent): number => ('entry' in event ? event.entry.at : Date.parse(event.record.at))

/** `sign-in.succeeded`, `query`. */
export const typeOf = (event: SinkEvent): string => ('entry' in event ? event.entry.type : event.record.kind)

/** JSON, without a line end. */
export const lineOf = (event: SinkEvent): string => {
  const { index } = event
  return JSON.stringify('entry' in event ? { index, leaf: event.leaf, entry: event.entry } : { index, record: event.record })
}
