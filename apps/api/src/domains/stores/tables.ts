import type { StoreLocation } from '@sallyport/protocol'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

export interface StoreTables {
  stores: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    name: string
    /** Who signs tokens for it. */
    issuer: ColumnType<string, string, never>
    location: JSONColumnType<StoreLocation, string, never>
    created_at: ColumnType<Date, Date, never>
  }
  /** Keys that sign tokens for stores. Vault role only. */
  token_keys: {
    organization_id: Generated<string>
    /** base64url SHA-256 of the public key. */
    id: ColumnType<string, string, never>
    algorithm: ColumnType<'ES256' | 'RS256', 'ES256' | 'RS256', never>
    /** SubjectPublicKeyInfo (DER). */
    public_key: ColumnType<Buffer, Buffer, never>
    /** PKCS #8, wrapped by the KMS. */
    wrapped: Buffer
    created_at: ColumnType<Date, Date, never>
    signs_from: ColumnType<Date, Date, never>
    retires_at: ColumnType<Date | null, Date | null | undefined, Date>
    /** When its data key was made. */
    sealed_at: ColumnType<Date, Date | undefined, Date>
  }
}
