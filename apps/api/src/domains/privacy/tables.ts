import type { ColumnType, Generated } from 'kysely'

export interface PrivacyTables {
  /** People who were erased. An id stays, and nothing that says who it was. */
  erasures: {
    organization_id: Generated<string>
    user_id: string
    erased_at: ColumnType<Date, Date, never>
    /** null: something of theirs is still being deleted. */
    finished_at: ColumnType<Date | null, null | undefined, Date>
  }
}
