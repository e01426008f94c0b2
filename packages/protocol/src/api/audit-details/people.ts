/** Details of entries about people, their devices and their sessions. */
import { z } from 'zod'
import { timestamp } from '../../fields.ts'
import { alert, device, deviceFacts, user } from '../schemas.ts'
import { count, id, ids, nothing, text } from './shape.ts'

const refusal = z.strictObject({ code: text })
const beginning = { label: text, expiresAt: timestamp }
const fieldOf = <Shape extends z.ZodType>(shape: Shape) => z.strictObject({ before: shape, after: shape }).optional()
const told = z.strictObject({ kind: alert.shape.kind, user: id.nullable(), device: id.nullable(), message: text })

export const peopleDetails = {
  'sign-in.succeeded': z.strictObject(beginning),
  'sign-in.refused': refusal,
  'presence.confirmed': z.strictObject({
    expiresAt: timestamp,
    /** For one call alone: which, what it names, and the digest of all that it says, in hexadecimal. */
    single: z.boolean(),
    route: text.optional(),
    ids: z.record(text, ids).optional(),
    digest: text.optional(),
  }),
  'presence.refused': refusal,
  'recovery-codes.created': z.strictObject({ count }),
  'recovery-code.used': z.strictObject({ left: count }),
  'session.renewed': z.strictObject({ certificateExpiresAt: timestamp }),
  /** By whoever had it; or by time, and why. */
  'session.ended': z.union([nothing, z.strictObject({ code: z.literal('session_expired'), reason: z.enum(['idle', 'time']) })]),
  'session.revoked': refusal,
  'device.enrolled': z.strictObject({ user: id, status: device.shape.status, facts: deviceFacts }),
  'device.approved': z.strictObject({ user: id }),
  'device.revoked': z.strictObject({ user: id, endedSessions: count }),
  'device.drifted': z.strictObject({ parts: z.array(text) }),
  'alert.raised': told,
  'alert.acknowledged': told,
  'alert.ended': z.strictObject({ kind: alert.shape.kind }),
  'user.created': z.strictObject({ email: text, firstName: text, lastName: text, roles: ids }),
  /** What changed. */
  'user.changed': z.strictObject({
    firstName: fieldOf(text),
    lastName: fieldOf(text),
    status: fieldOf(user.shape.status),
  }),
  'user.deleted': z.strictObject({ email: text }),
  'user.password-changed': z.strictObject({ endedSessions: count }),
  'invitation.created': z.strictObject({ expiresAt: timestamp }),
  'invitation.accepted': z.strictObject({ session: id, ...beginning }),
  'person.exported': z.strictObject({ rows: count, continued: z.boolean() }),
  /** `again`: of the ledger, after a backup was restored. */
  'person.erased': z.strictObject({ again: z.boolean() }),
}
