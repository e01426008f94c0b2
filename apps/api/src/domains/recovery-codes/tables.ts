import type { ColumnType, Generated } from 'kysely'

export interface RecoveryCodesTable {
  organization_id: Generated<string>
  user_id: ColumnType<string, string, never>
  /** SHA-256: the codes are random, of 128 bits. Deleted when used. */
  code_hash: Buffer
  created_at: ColumnType<Date, Date, never>
}

export interface RecoveryCodeTables {
  recovery_codes: RecoveryCodesTable
}
