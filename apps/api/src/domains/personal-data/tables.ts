import type { ColumnType, Generated } from 'kysely'

export interface PersonalDataTables {
  /** One for each organization, wrapped by the KMS: what is personal in tables is under a key that comes of it. */
  personal_keys: {
    organization_id: Generated<string>
    id: ColumnType<string, string, never>
    wrapped: Buffer
    created_at: Generated<Date>
    sealed_at: Generated<Date>
  }
}
