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
import { scopeOf } from '../../db/with-organization.ts'
import { sealBody } from './sealed-body.ts'

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

/** The log is told when the transaction is committed. Returns the public key to which its entries are sealed. */
const wakeLog = async (transaction: Transaction): Promise<Uint8Array> => {
  const { rows } = await sql<{ readonly key: Buffer | null }>`
    select pg_notify(${AUDIT_CHANNEL}, sallyport_organization()::text),
      (select public_key from deployment_outbox_keys order by created_at desc, id limit 1) as key`.execute(transaction)
  const key = rows[0]?.key ?? null
  if (key === null) throw new SallyportError('log_unavailable')
  return key
}

/**
 * Commits one audit entry with the change that the transaction makes; the log numbers it right after. Returns the entry's
 * id. Throws `log_unavailable` while there has never been a log role, and `payload_too_large` when the details do not fit an entry: a change that cannot be recorded does not happen.
 */
export const recordAudit = async (transaction: Transaction, record: AuditRecord): Promise<string> => {
  const id = randomUUID()
  const details = record.details ?? {}
  const body = canonicalJson({ actor: auditActor.parse(record.actor), subject: record.subject, details })
  if (utf8(body).length > MAX_ENTRY_BYTES - ENVELOPE_BYTES) throw new SallyportError('payload_too_large')
  auditDetails.parse(JSON.parse(canonicalJson(details)))
  const sealed = await sealBody(
    await wakeLog(transaction),
    { organization: scopeOf(transaction).organization, id, type: record.type },
    body,
  )
  await transaction
    .insertInto('audit_outbox')
    .values({ id, type: record.type, body: sealed, ...(record.at === undefined ? {} : { at: new Date(record.at) }) })
    .execute()
  return id
}
