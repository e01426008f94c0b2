/** Revocations: numbered per organization without gaps, pushed to gateways, caught up by number. `spec/revocation.md`. */
import { z } from 'zod'
import { instant, uuid } from './fields.ts'

export const revocationSubject = z.strictObject({
  /** `connection`: this one alone; its lease goes on, and whoever had it may connect again. */
  kind: z.enum(['session', 'device', 'user', 'credential', 'lease', 'gateway', 'connection']),
  id: uuid,
})
export type RevocationSubject = z.infer<typeof revocationSubject>

/** Of a user: gateways also remove the recordings that they keep of them. */
export const PERSON_ERASED = 'person_erased'

export const revocation = z.strictObject({
  number: z.int().positive(),
  subject: revocationSubject,
  /** Stable code of the error that those who are cut off see. */
  code: z.string().max(64),
  at: instant,
})
export type Revocation = z.infer<typeof revocation>
