/** What the log says that was changed, signed in to, unlocked or refused. */
import { auditEntry, type AuditEntry } from '@sallyport/protocol/api'
import type { Agent } from '@sallyport/testbed'

/** Newest first, 500 at most. */
export const latestEntries = async (auditor: Agent): Promise<AuditEntry[]> => {
  const { items } = await auditor.api('listAuditEntries', { query: { limit: 500 } })
  return items.map(({ entry }) => auditEntry.parse(entry))
}

/** What was added to the log by `act`, oldest first, with what `act` returned. */
export const entriesOf = async <Result>(
  auditor: Agent,
  act: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly entries: readonly AuditEntry[] }> => {
  const before = new Set((await latestEntries(auditor)).map(({ id }) => id))
  const result = await act()
  const entries = (await latestEntries(auditor)).filter(({ id }) => !before.has(id)).toReversed()
  return { result, entries }
}
