/** The next entries of the log for a sink. */
import type { LogLink } from '../links/index.ts'
import { eventOf, type SinkEvent } from './event.ts'

/** Entries of one batch. */
const BATCH = 500

/** What is sent next, and where the stream goes on then. */
export interface NextEvents {
  /** May be empty: then there is nothing of this stream up to `next`. */
  readonly events: readonly SinkEvent[]
  readonly next: number
}

/** Null when there is nothing yet. Throws where the log has a gap. */
export const nextOfLog = async (
  log: Pick<LogLink, 'listEntries'>,
  { organization, next }: { readonly organization: string; readonly next: number },
): Promise<NextEvents | null> => {
  const { rows } = await log.listEntries({ organization, limit: BATCH, below: null, since: next - 1 })
  if (rows.length === 0) return null
  const events = rows.map(eventOf)
  const gap = events.findIndex(({ index }, place) => index !== next + place)
  if (gap >= 0) throw new Error(`entry ${next + gap} of the log cannot be read`)
  return { events, next: next + events.length }
}
