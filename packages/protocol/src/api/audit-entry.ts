/**
 * Audit entries: one leaf of the organization's log each. A closed union of types, each with the schema of its details in
 * `audit-details`; each change of the system commits exactly one, in its own transaction. Secrets appear by reference only.
 */
import { z } from 'zod'
import { concatBytes, sha256, utf8 } from '../bytes.ts'
import { canonicalJson, type CanonicalValue } from '../canonical-json.ts'
import { base64urlUpTo, instant, uuid } from '../fields.ts'

export const auditEntryTypes = [
  'organization.created',
  'organization.changed',
  'sign-in.succeeded',
  'sign-in.refused',
  'presence.confirmed',
  'presence.refused',
  'recovery-codes.created',
  'recovery-code.used',
  'session.renewed',
  'session.ended',
  'session.revoked',
  'device.enrolled',
  'device.approved',
  'device.revoked',
  'device.drifted',
  'alert.raised',
  'alert.acknowledged',
  'alert.ended',
  'user.created',
  'user.changed',
  'user.deleted',
  'user.password-changed',
  'invitation.created',
  'invitation.accepted',
  'role.created',
  'role.changed',
  'role.deleted',
  'role.member-added',
  'role.member-removed',
  'role.credential-added',
  'role.credential-removed',
  'grant.created',
  'grant.revoked',
  'grant.expired',
  'access-request.created',
  'access-request.approved',
  'access-request.refused',
  'access-request.withdrawn',
  'access-request.expired',
  'access-request.cancelled',
  'access-request.escalated',
  'access-request.started',
  'access-request.ended',
  'access-request.emergency-opened',
  'access-request.review-overdue',
  'access-request.reviewed',
  'access-rule.created',
  'access-rule.changed',
  'access-rule.deleted',
  'site.created',
  'site.changed',
  'site.deleted',
  'resource.created',
  'resource.changed',
  'resource.deleted',
  'credential.created',
  'credential.changed',
  'credential.deleted',
  'secret.created',
  'secret.replaced',
  'secret.bound',
  'secret.pending-stored',
  'credential.rotation-changed',
  'job.started',
  'job.taken',
  'job.finished',
  'store.created',
  'store.changed',
  'store.deleted',
  'gateway.join-token-created',
  'gateway.joined',
  'gateway.renewed',
  'gateway.changed',
  'gateway.revoked',
  'gateway.compromised',
  'unlock.granted',
  'unlock.refused',
  'lease.renewed',
  'lease.ended',
  'activity.batch',
  'keys.rewrapped',
  'vault-key.rotated',
  'vault-key.retired',
  'data-keys.rotation-started',
  'data-keys.rotated',
  'authority.rotated',
  'authority.retired',
  'sink.created',
  'sink.changed',
  'sink.deleted',
  'token-key.rotated',
  'token-key.retired',
  'service-account.created',
  'service-account.revoked',
  'service-token.issued',
  'log.exported',
  'log.witnesses-changed',
  'log.key-changed',
  'activity.exported',
  'audit.exported',
  'connection.ended-by-admin',
  'resource.tested',
  'person.exported',
  'person.erased',
  'support-access.opened',
  'support-access.used',
  'support-access.ended',
] as const

export const auditEntryType = z.enum(auditEntryTypes)
export type AuditEntryType = z.infer<typeof auditEntryType>

/** Who did it. Absent parts do not apply: a job has no device. */
export const auditActor = z.strictObject({
  kind: z.enum(['user', 'gateway', 'service', 'job', 'anonymous']),
  id: uuid.nullable(),
  device: uuid.nullable(),
  session: uuid.nullable(),
  /** IP address from which the call came; null for jobs. */
  address: z.string().max(64).nullable(),
})
export type AuditActor = z.infer<typeof auditActor>

/** What an entry's length can be in a bundle of the log: two bytes. */
export const MAX_ENTRY_BYTES = 0xffff

export const auditEntry = z.strictObject({
  version: z.literal(1),
  id: uuid,
  organization: uuid,
  type: auditEntryType,
  at: instant,
  actor: auditActor,
  /** What it was done to. */
  subject: z.strictObject({ kind: z.string().max(32), id: z.string().max(64) }).nullable(),
  /** As `audit-details` has it for this type, without what is personal. Read as it is: what was signed was written by another version. */
  details: z.record(z.string().max(64), z.json()),
  /** What is personal in it, sealed: see `personal-data.ts`. null: erased before the entry was numbered. */
  personal: z
    .array(z.strictObject({ person: z.string().max(36), sealed: base64urlUpTo(MAX_ENTRY_BYTES).nullable() }))
    .max(8)
    .optional(),
})
export type AuditEntry = z.infer<typeof auditEntry>

/** The bytes that are hashed and kept. */
export const encodeAuditEntry = (entry: AuditEntry): Uint8Array => utf8(canonicalJson(entry as unknown as CanonicalValue))

/** Leaf hash: SHA-256(0x00 ‖ entry), RFC 6962 §2.1. */
export const auditLeafHash = (encoded: Uint8Array): Promise<Uint8Array> => sha256(concatBytes(Uint8Array.of(0), encoded))
