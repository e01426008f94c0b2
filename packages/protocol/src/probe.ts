/** What a gateway finds when it tries to reach an endpoint, step by step. `spec/control-link.md`. */
import { z } from 'zod'

/**
 * `name`: the host name has addresses. `address`: one of them may be dialled. `connection`: it answers. `encryption`: TLS, and
 * the certificate is trusted. `greeting`: what answers speaks the protocol. `sign-in`: the credential is accepted.
 */
const probeStepName = z.enum(['name', 'address', 'connection', 'encryption', 'greeting', 'sign-in'])
export type ProbeStepName = z.infer<typeof probeStepName>

export const probeStep = z.strictObject({
  step: probeStepName,
  ok: z.boolean(),
  /** Stable code of what is wrong; null when it is well. */
  code: z.string().max(64).nullable(),
  /** What was found, for people: addresses, TLS version, how the server wants people to sign in. */
  detail: z.string().max(500),
  milliseconds: z.number().nonnegative(),
})
export type ProbeStep = z.infer<typeof probeStep>

/** Steps of one probe. */
export const MAX_PROBE_STEPS = 8
/** A gateway answers a probe within this, in milliseconds. */
export const PROBE_LIMIT = 25_000
/** Probes that one gateway runs at a time. */
export const MAX_PROBES = 4
