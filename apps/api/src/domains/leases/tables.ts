import type { ColumnType, Generated } from 'kysely'

export interface LeaseTables {
  leases: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    user_id: ColumnType<string, string, never>
    session_id: ColumnType<string, string, never>
    device_id: ColumnType<string, string, never>
    gateway_id: ColumnType<string, string, never>
    resource_id: ColumnType<string, string, never>
    credential_id: ColumnType<string, string, never>
    secret_id: ColumnType<string, string, never>
    secret_version: ColumnType<number, number, never>
    created_at: ColumnType<Date, Date, never>
    expires_at: Date
    /** Null while the lease lives; it may have expired all the same. */
    ended_at: ColumnType<Date | null, null | undefined, Date>
    end_code: ColumnType<string | null, null | undefined, string>
    /** Whether policy took it back, or it came to its end. */
    revoked: Generated<boolean>
  }
  /** Every ticket and renewal that was used, until it could not be used any more anyway. */
  spent_tickets: {
    organization_id: Generated<string>
    jti: ColumnType<string, string, never>
    expires_at: ColumnType<Date, Date, never>
  }
}
