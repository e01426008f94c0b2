import type { AgentEvent } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

/** The version of every topic under which something ever changed. */
export const readVersions = async (transaction: Transaction): Promise<AgentEvent[]> => {
  const rows = await transaction.selectFrom('event_versions').select(['topic', 'version']).orderBy('topic').execute()
  return rows.map(({ topic, version }) => ({ topic, version: Number(version) }))
}
