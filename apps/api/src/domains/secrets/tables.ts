import type { CredentialKind } from '@sallyport/protocol'
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
    /** Of the version in use; null: stored before this was noted, or lies in a third-party store. */
    kind: CredentialKind | null
    /** When the certificate ends; null: it has no end. */
    ends_at: Date | null
    /** The account that it is for alone: of an IAM key, or the role of temporary users; null: whichever its credential names. */
    account: string | null
    /** Days before its end at which people were last told of it; null: not yet. */
    told_days: ColumnType<number | null, number | null | undefined, number | null>
    /** The third-party store in which the version in use lies; null: in the vault. */
    store_id: ColumnType<string | null, never, string | null>
    store_path: ColumnType<string | null, never, string | null>
    store_field: ColumnType<string | null, never, string | null>
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
    /** When its data key was made. */
    sealed_at: Generated<Date>
  }
  /** Keys that the vault uses for an organization, wrapped by the KMS. Vault role only. */
  vault_keys: {
    organization_id: Generated<string>
    /** base64url SHA-256 of the public key. */
    id: string
    use: 'root' | 'issuer' | 'sealing' | 'job'
    /** SubjectPublicKeyInfo (DER), or the 32 bytes of an X25519 key. */
    public_key: Buffer
    wrapped: Buffer
    created_at: ColumnType<Date, Date | undefined, never>
    /** When it is deleted, after another one followed it; null: not decided. */
    retires_at: ColumnType<Date | null, Date | null | undefined, Date>
    /** When its data key was made. */
    sealed_at: Generated<Date>
  }
  /** The last time that data keys were made anew. Vault role only. */
  data_key_rotations: {
    organization_id: Generated<string>
    started_at: Date
    finished_at: Date | null
  }
  /** Wrapped keys that did not open. Vault role only. */
  unopened_keys: {
    organization_id: Generated<string>
    /** SHA-256 of the wrapped bytes. */
    digest: Buffer
    /** For administrators: what it is. */
    name: string
    found_at: Date
    tried_at: Date
  }
  /** The deployment's own keys; no organization's. Vault role only. */
  deployment_keys: {
    use: 'root'
    public_key: Buffer
    wrapped: Buffer
    created_at: ColumnType<Date, Date | undefined, never>
  }
}
