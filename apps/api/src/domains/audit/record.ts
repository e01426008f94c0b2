import { randomUUID } from 'node:crypto'
import { type CanonicalValue, canonicalJson, SallyportError, utf8 } from '@sallyport/protocol'
import {
  type AuditActor,
  type AuditEntry,
  type AuditEntryType,
  auditActor,
  auditDetails,
  MAX_ENTRY_BYTES,
} from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'

/** Wakes the log role; its payload is the organization's id. */
export const AUDIT_CHANNEL = 'sallyport_audit'

/** Room in an entry for what the log adds: version, id, organization, type and time, and what sealing personal data takes. */
const ENVELOPE_BYTES = 8 * 1024

export interface AuditRecord {
  readonly type: AuditEntryType
  /** Who did it. */
  readonly actor: AuditActor
  /** What it was done to. */
  readonly subject: AuditEntry['subject']
  /** Values before and after, references, codes: whole numbers and texts. Secrets by reference only. */
  readonly details?: Readonly<Record<string, CanonicalValue | undefined>>
  /** Milliseconds since 1970; the time of the transaction if absent. */
  readonly at?: number
}

/**
 * Commits one audit entry with the change that the transaction makes; the log numbers it right after. Returns the entry's
 * id. Throws `payload_too_large` when the details do not fit an entry: a change that cannot be recorded does not happen.
 */
export const recordAudit = async (transaction: Transaction, record: AuditRecord): Promise<string> => {
  const id = randomUUID()
  const details = record.details ?? {}
  const body = canonicalJson({ actor: auditActor.parse(record.actor), subject: record.subject, details })
  if (utf8(body).length > MAX_ENTRY_BYTES - ENVELOPE_BYTES) throw new SallyportError('payload_too_large')
  auditDetails.parse(JSON.parse(canonicalJson(details)))
  await transaction
    .insertInto('audit_outbox')
    .values({ id, type: record.type, body, ...(record.at === undefined ? {} : { at: new Date(record.at) }) })
    .execute()
  await sql`select pg_notify(${AUDIT_CHANNEL}, sallyport_organization()::text)`.execute(transaction)
  return id
}
