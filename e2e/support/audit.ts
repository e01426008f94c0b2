/** What the log says that was changed, signed in to, unlocked or refused. */
import { auditEntry, type AuditEntry } from '@sallyport/protocol/api'
import type { Agent } from '@sallyport/testbed'

/** Newest first. */
export const latestEntries = async (auditor: Agent, limit = 500): Promise<AuditEntry[]> => {
  const { items } = await auditor.api('listAuditEntries', { query: { limit } })
  return items.map(({ entry }) => auditEntry.parse(entry))
}

/** Newest first, back to the first one. */
export const allEntries = async (auditor: Agent): Promise<AuditEntry[]> => {
  const entries: AuditEntry[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { limit: 500, ...(cursor === undefined ? {} : { cursor }) }
    const { items, next } = await auditor.api('listAuditEntries', { query })
    entries.push(...items.map(({ entry }) => auditEntry.parse(entry)))
    cursor = next
  }
  return entries
}

/**
 * What was added to the log by `act`, oldest first, with what `act` returned. `most`: more than it adds. What waited for its number
 * before is listed ahead of what is numbered at once: an entry is known by its id, not by its place.
 */
export const entriesOf = async <Result>(
  auditor: Agent,
  act: () => Promise<Result>,
  most = 50,
): Promise<{ readonly result: Result; readonly entries: readonly AuditEntry[] }> => {
  const before = new Set((await latestEntries(auditor, 2 * most)).map(({ id }) => id))
  const result = await act()
  const latest = await latestEntries(auditor, most)
  return { result, entries: latest.filter(({ id }) => !before.has(id)).toReversed() }
}
