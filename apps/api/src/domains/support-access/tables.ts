import type { ReadPermission } from '@sallyport/protocol/api'
import type { ColumnType, Generated } from 'kysely'

export interface SupportAccessTables {
  /** What stands beside the account that it is, whose end is in `users`. */
  support_accesses: {
    user_id: ColumnType<string, string, never>
    organization_id: Generated<string>
    /** What they may read, whatever roles say. */
    permissions: ColumnType<ReadPermission[], ReadPermission[], never>
    opened_by: ColumnType<string, string, never>
    /** null: nobody ended it before its time. */
    ended_by: ColumnType<string | null, undefined, string | null>
    /** Sealed: why it was opened. */
    personal: Buffer | null
  }
}
