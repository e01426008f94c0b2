import type { AgentEvent } from '@sallyport/protocol'
import type { ColumnType } from 'kysely'

export interface EventVersionsTable {
  organization_id: string
  topic: AgentEvent['topic']
  /** Grows with each change; int8, which the driver hands over as text. */
  version: ColumnType<string | number, number, number>
}

export interface EventTables {
  event_versions: EventVersionsTable
}
