import type { Generated } from 'kysely'
import type { AlertKind } from './raise.ts'

export interface AlertsTable {
  id: string
  organization_id: Generated<string>
  at: Generated<Date>
  kind: AlertKind
  user_id: string | null
  device_id: string | null
  message: string
}

export interface AlertTables {
  alerts: AlertsTable
}
