import type { ColumnType, Generated } from 'kysely'

export interface GrantTables {
  grants: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    user_id: ColumnType<string, string, never>
    credential_id: ColumnType<string, string, never>
    /** The device it is for; null: any of the person's. */
    device_id: ColumnType<string | null, string | null, never>
    /** Sealed: the reason. */
    personal: Buffer | null
    starts_at: ColumnType<Date, Date, never>
    expires_at: ColumnType<Date, Date, never>
    ended_at: ColumnType<Date | null, null | undefined, Date>
    /** How it ended before or at its time; null while it has not, or nobody noted it yet. */
    ended: ColumnType<'revoked' | 'expired' | null, null | undefined, 'revoked' | 'expired'>
    created_at: ColumnType<Date, Date, never>
  }
}
