import type { ColumnType, Generated } from 'kysely'
import type { AlertKind } from './raise.ts'

export interface AlertsTable {
  id: ColumnType<string, string, never>
  organization_id: Generated<string>
  at: Generated<Date>
  kind: ColumnType<AlertKind, AlertKind, never>
  user_id: ColumnType<string | null, string | null, never>
  device_id: ColumnType<string | null, string | null, never>
  message: ColumnType<string, string, never>
  /** Null, both: nobody looked at it yet. */
  acknowledged_at: ColumnType<Date | null, undefined, Date>
  acknowledged_by: ColumnType<string | null, undefined, string>
  /** Null: it is not over, or nobody can tell. */
  ended_at: ColumnType<Date | null, undefined, Date>
}

export interface AlertTables {
  alerts: AlertsTable
}
