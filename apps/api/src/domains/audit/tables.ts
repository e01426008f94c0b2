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
    /** Canonical JSON of actor, subject and details. */
    body: string
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
    /** The bytes that are hashed (canonical JSON). */
    entry: Buffer
    /** Leaf hash, 32 bytes. */
    leaf: Buffer
  }
  /** How far each organization's log is. Advances by compare-and-set. */
  audit_logs: {
    organization_id: string
    size: ColumnType<string | number, number, number>
    /** Root of the Merkle tree of `size` leaves; null while no tree is kept. */
    root: Buffer | null
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
