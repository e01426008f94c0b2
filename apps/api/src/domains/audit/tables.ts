import type { AuditEntryType } from '@sallyport/protocol/api'
import type { ColumnType, Generated } from 'kysely'

export interface AuditTables {
  /** Entries that were committed with their change and wait for the log to number them. Only the log role reads or deletes. */
  audit_outbox: {
    id: string
    organization_id: Generated<string>
    /** Order within a replica's commits, roughly; the log's own numbers are what counts. */
    position: Generated<string>
    type: AuditEntryType
    at: ColumnType<Date, Date | undefined, never>
    /** Canonical JSON of actor, subject and details, sealed to the newest of {@link AuditTables.deployment_outbox_keys}. */
    body: string
  }
  /** Keys of the log role, public halves: to the newest of them what waits is sealed. Of no organization. */
  deployment_outbox_keys: {
    /** SHA-256 of the public key. */
    id: Buffer
    /** X25519, 32 bytes. */
    public_key: Buffer
    created_at: Generated<Date>
  }
  /** The log: one row for each number of an organization. No row refers to another table, so that it may live elsewhere. */
  audit_entries: {
    organization_id: string
    /** From 0, without gaps; int8, which the driver hands over as text. */
    index: ColumnType<string | number, number, never>
    id: string
    type: AuditEntryType
    at: Date
    /** For searching: the acting user, or the user whose session or device acted. */
    user_id: string | null
    /** For searching: the id of what it was done to. The database takes it from the entry. */
    subject_id: ColumnType<string | null, never, never>
    /** The bytes that are hashed (canonical JSON). */
    entry: Buffer
    /** Leaf hash, 32 bytes. */
    leaf: Buffer
  }
  /** One for each organization: what personal data in its log is under, together with each person's seed. Under the log's root key. */
  privacy_keys: {
    organization_id: Generated<string>
    id: string
    wrapped: Buffer
    created_at: Generated<Date>
  }
  /** By user, or by the month of entries about people who are not known. Without a seed: erased. */
  person_keys: {
    organization_id: Generated<string>
    holder: string
    seed: Buffer | null
    created_at: Generated<Date>
    erased_at: ColumnType<Date | null, Date | null | undefined, Date>
  }
  /** How far each organization's log is. Advances by compare-and-set. */
  audit_logs: {
    organization_id: string
    size: ColumnType<string | number, number, number>
    /** Root of the Merkle tree of `size` leaves; null in a log that is older than its tree. */
    root: Buffer | null
    /** The tree's right edge, from which it goes on; null like the root. */
    edge: ColumnType<Buffer | null, Buffer | null | undefined, Buffer>
  }
  /** Full tiles of the tree; partial ones are computed. Never changed. */
  audit_tiles: {
    organization_id: Generated<string>
    level: number
    index: ColumnType<string | number, number, never>
    /** 256 hashes. */
    hashes: Buffer
    /** The root over them: the hash that stands for this tile one level up. */
    root: Buffer
  }
  /** The log role's own keys for checkpoints, wrapped under its own root key. */
  checkpoint_keys: {
    organization_id: Generated<string>
    /** base64url SHA-256 of the public key. */
    id: string
    /** SubjectPublicKeyInfo, DER. */
    public_key: Buffer
    wrapped: Buffer
    created_at: Generated<Date>
  }
  /** The checkpoint that was published last, and the last that enough witnesses cosigned. */
  audit_checkpoints: {
    organization_id: Generated<string>
    size: ColumnType<string | number, number, number>
    root: Buffer
    note: string
    signed_at: Date
    witnessed_size: ColumnType<string | number, number | undefined, number>
    witnessed_note: string | null
  }
  /** Why nothing is signed at present. */
  audit_log_problems: {
    organization_id: Generated<string>
    problem: string
    message: string
    since: Date
  }
  /** What each witness answered last. */
  witness_heads: {
    organization_id: Generated<string>
    /** The witness's verifier key. */
    key: string
    /** Size that it cosigned last, as far as is known here. */
    size: ColumnType<string | number, number, number>
    answered_at: Date
    /** null: it cosigned. */
    problem: string | null
  }
  /** The log role's own keys, wrapped under its own root key. */
  receipt_keys: {
    organization_id: string
    /** base64url SHA-256 of the public key. */
    id: string
    /** SubjectPublicKeyInfo, DER. */
    public_key: Buffer
    wrapped: Buffer
    created_at: Generated<Date>
  }
}
