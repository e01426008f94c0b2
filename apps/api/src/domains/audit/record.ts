import { randomUUID } from 'node:crypto'
import { type CanonicalValue, canonicalJson, SallyportError, utf8 } from '@sallyport/protocol'
import {
  type AuditActor,
  type AuditEntry,
  type AuditEntryType,
  auditActor,
  type AuditDetails,
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

interface Recorded<Type extends AuditEntryType> {
  readonly type: Type
  /** Who did it. */
  readonly actor: AuditActor
  /** What it was done to. */
  readonly subject: AuditEntry['subject']
  /** Milliseconds since 1970; the time of the transaction if absent. */
  readonly at?: number
}

/** `details`: values before and after, references, codes, as the type has them. Secrets by reference only. */
type Details<Type extends AuditEntryType> =
  {} extends AuditDetails<Type> ? { readonly details?: AuditDetails<Type> } : { readonly details: AuditDetails<Type> }

export type AuditRecord = { [Type in AuditEntryType]: Recorded<Type> & Details<Type> }[AuditEntryType]

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
 * id. Throws `log_unavailable` while there has never been a log role, `payload_too_large` when the details do not fit an entry, and
 * what the schema of the type's details throws: a change that cannot be recorded does not happen.
 */
export const recordAudit = async (transaction: Transaction, record: AuditRecord): Promise<string> => {
  const id = randomUUID()
  const details = (record.details ?? {}) as { readonly [name: string]: CanonicalValue }
  const body = canonicalJson({ actor: auditActor.parse(record.actor), subject: record.subject, details })
  if (utf8(body).length > MAX_ENTRY_BYTES - ENVELOPE_BYTES) throw new SallyportError('payload_too_large')
  auditDetails[record.type].parse(JSON.parse(canonicalJson(details)))
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
