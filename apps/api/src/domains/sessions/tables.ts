import type { ColumnType, Generated } from 'kysely'

export interface SessionsTable {
  id: ColumnType<string, string, never>
  organization_id: Generated<string>
  user_id: ColumnType<string, string, never>
  device_id: ColumnType<string, string, never>
  /** Short opaque name, unique in the organization, for tools and servers to show. */
  label: ColumnType<string, string, never>
  key_id: ColumnType<string, string, never>
  /** SubjectPublicKeyInfo, DER. */
  public_key: ColumnType<Buffer, Buffer, never>
  status: 'active' | 'ended' | 'revoked' | 'expired'
  /** Why it is no longer active: a code of the error table. */
  end_code: string | null
  created_at: ColumnType<Date, Date, never>
  expires_at: Date
  last_used_at: Date
  /** Sealed: the address from which it was begun. */
  personal: Buffer | null
}

export interface SessionTables {
  sessions: SessionsTable
}
