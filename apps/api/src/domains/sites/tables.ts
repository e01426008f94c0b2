import type { ColumnType, Generated } from 'kysely'

export interface SiteTables {
  sites: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    name: string
    created_at: ColumnType<Date, Date, never>
  }
}
