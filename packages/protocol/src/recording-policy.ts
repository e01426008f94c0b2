/** How activity is recorded: where it is kept, who can read it, what becomes of bind values. `spec/recording.md`. */
import { z } from 'zod'
import { base64urlOf } from './fields.ts'

/** A recipient of age (https://age-encryption.org/v1): `age1…`, X25519. */
export const ageRecipient = z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/)

/** Recipients of one organization: people, or places where identities are kept. */
const MAX_RECIPIENTS = 8

const places = z.enum(['api', 'gateway', 'both'])
const recipients = z.array(ageRecipient).max(MAX_RECIPIENTS)

/** What is done on resources. */
export const activityKind = z.enum(['query', 'transfer', 'cancel', 'connection.opened', 'connection.closed'])

const days = z.int().min(1).max(3650)
/** For how long kinds of activity are kept that go earlier than the rest. */
export const daysByKind = z.partialRecord(activityKind, days)

/** For so many days an organization keeps what was done, and less long what is of these kinds. */
export const retention = z.strictObject({ days, daysByKind })
export type Retention = z.infer<typeof retention>

/** What an administrator says, for an organization or one resource. */
export const recordingPolicy = z
  .strictObject({
    /** Where what was done is kept. At a gateway it is kept encrypted to recipients only. */
    keep: places,
    /** Whole, as a keyed hash, or not at all. */
    binds: z.enum(['keep', 'hash', 'drop']),
    /** To whom the gateway encrypts what was done; nobody: the API encrypts it, and shows it to who may read activity. */
    recipients,
  })
  .refine(({ keep, recipients: to }) => keep === 'api' || to.length > 0, {
    message: 'What is kept at the gateway is encrypted: name recipients.',
    path: ['recipients'],
  })
export type RecordingPolicy = z.infer<typeof recordingPolicy>

/** What holds where nobody said anything: all of it. */
export const defaultRecording: RecordingPolicy = { keep: 'api', binds: 'keep', recipients: [] }

/** What a lease tells its gateway. */
export const recordingOrder = z.strictObject({
  keep: places,
  recipients,
  binds: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('keep') }),
    z.strictObject({ kind: z.literal('drop') }),
    /** HMAC-SHA-256 under this key: of one organization, resource and month. */
    z.strictObject({ kind: z.literal('hash'), key: base64urlOf(32) }),
  ]),
  /** For so many days the gateway keeps what it keeps: for gateways of before, which do not ask ({@link retention}). */
  days,
})
export type RecordingOrder = z.infer<typeof recordingOrder>
