import type { AgentEvent } from '@sallyport/protocol'
import type { ColumnType, Generated } from 'kysely'

export interface EventVersionsTable {
  organization_id: Generated<string>
  topic: AgentEvent['topic']
  /** Grows with each change; int8, which the driver hands over as text. */
  version: ColumnType<string | number, number, number>
}

export interface EventTables {
  event_versions: EventVersionsTable
}
