import type { ServicePurpose } from '@sallyport/protocol'
import type { ColumnType, Generated } from 'kysely'

export interface ServiceAccountTables {
  service_accounts: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    name: ColumnType<string, string, never>
    /** SubjectPublicKeyInfo (DER), P-256. */
    public_key: ColumnType<Buffer, Buffer, never>
    purposes: ColumnType<ServicePurpose[], ServicePurpose[], never>
    created_at: ColumnType<Date, Date, never>
    expires_at: ColumnType<Date, Date, never>
    revoked_at: ColumnType<Date | null, Date | null | undefined, Date>
    /** When it was given a token last. Written by the vault. */
    last_token_at: ColumnType<Date | null, Date | null | undefined, Date>
  }
}
