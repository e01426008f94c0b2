import type { ColumnType, Generated } from 'kysely'

export interface SecretTables {
  /** What everybody may know of a secret. */
  secrets: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    resource_id: ColumnType<string, string, never>
    /** The version in use. */
    version: number
    /** Digest of the endpoint that this version may be sent to. */
    endpoint_digest: string
    created_at: ColumnType<Date, Date, never>
  }
  /** What only the vault role may read. */
  secret_versions: {
    organization_id: Generated<string>
    secret_id: string
    version: number
    resource_id: string
    endpoint_digest: string
    /** The data key, wrapped by the KMS under the encryption context. */
    wrapped_key: Buffer
    /** Nonce, ciphertext and tag under the data key; associated data is the same encryption context. */
    ciphertext: Buffer
    created_at: ColumnType<Date, Date, never>
  }
  /** Keys that the vault uses for an organization, wrapped by the KMS. Vault role only. */
  vault_keys: {
    organization_id: Generated<string>
    /** base64url SHA-256 of the public key. */
    id: string
    use: 'root' | 'issuer' | 'sealing'
    /** SubjectPublicKeyInfo (DER), or the 32 bytes of an X25519 key. */
    public_key: Buffer
    wrapped: Buffer
    created_at: ColumnType<Date, Date | undefined, never>
    /** When it is deleted, after another one followed it; null: not decided. */
    retires_at: ColumnType<Date | null, Date | null | undefined, Date>
  }
  /** The deployment's own keys; no organization's. Vault role only. */
  deployment_keys: {
    use: 'root'
    public_key: Buffer
    wrapped: Buffer
    created_at: ColumnType<Date, Date | undefined, never>
  }
}
