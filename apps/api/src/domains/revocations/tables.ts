import type { Revocation } from '@sallyport/protocol'
import type { ColumnType, Generated } from 'kysely'

export interface RevocationsTable {
  organization_id: Generated<string>
  /** From 1, without gaps; int8, which the driver hands over as text. */
  number: ColumnType<string | number, number, never>
  subject_kind: Revocation['subject']['kind']
  subject_id: string
  code: string
  at: Generated<Date>
}

export interface RevocationTables {
  revocations: RevocationsTable
}
