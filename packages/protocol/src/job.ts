/**
 * Unattended work of gateways: rotating a password, testing a credential. A job unlocks under keys of its own, by tickets of its
 * own purpose, at one gateway. `spec/jobs.md`.
 */
import { z } from 'zod'
import { canonicalJson } from './canonical-json.ts'
import { base64urlOf, der, instant, uuid } from './fields.ts'
import { MAX_PROBE_STEPS, probeStep } from './probe.ts'
import { defineStatement } from './statement.ts'
import { ticket } from './ticket.ts'

/** Milliseconds that a gateway has for a job from taking it, and again from storing a pending secret; after that another may take it. */
export const JOB_TIME = 60_000
/** Jobs that one gateway does at a time. */
export const MAX_JOBS = 4

/** The session of an organization's job identity: its public key, signed by the key that stands in for a device. */
export const jobSession = defineStatement({
  name: 'job-session',
  signatures: ['ecdsa-p256-sha256'],
  maxLength: 4 * 1024,
  error: 'ticket_invalid',
  payload: z.strictObject({
    version: z.literal(1),
    organization: uuid,
    session: uuid,
    /** SubjectPublicKeyInfo. */
    publicKey: der,
    issuedAt: instant,
    expiresAt: instant,
  }),
})
export type JobSession = z.infer<typeof jobSession.payload>

/** What it takes to unlock one version of a secret for a job. */
const jobUnlock = z.strictObject({ ticket: z.string().max(ticket.maxLength), share: base64urlOf(32) })
export type JobUnlock = z.infer<typeof jobUnlock>

/** Names one taking of a job: what an earlier taker says later is refused. */
const taken = { id: uuid, take: uuid, current: jobUnlock }

/** A gateway that was compromised has seen the secret in use: when it has changed, everything else that uses it on the resource is ended. */
const cutOff = z.literal(true).optional()

export const gatewayJob = z.discriminatedUnion('kind', [
  /** Sign in, and say what was found. */
  z.strictObject({ kind: z.literal('test'), ...taken }),
  /** Make a password, have it stored as pending, change it, sign in with it. */
  z.strictObject({ kind: z.literal('rotate'), ...taken, cutOff }),
  /**
   * Somebody before may have changed it, or not: find out which of the two passwords works. Where the one in use lies in a
   * third-party store, it is to have the one that works.
   */
  z.strictObject({ kind: z.literal('settle'), ...taken, pending: jobUnlock, isStored: z.literal(true).optional(), cutOff }),
])
export type GatewayJob = z.infer<typeof gatewayJob>

const whyNot = { code: z.string().max(64), message: z.string().max(300) }

export const rotationOutcome = z.discriminatedUnion('outcome', [
  /** The pending password works. `left`: why not everything was ended that was to be. */
  z.strictObject({ outcome: z.literal('changed'), left: z.strictObject(whyNot).optional() }),
  /** The password is what it was before. */
  z.strictObject({ outcome: z.literal('unchanged'), ...whyNot }),
  /** It cannot be told which password works. */
  z.strictObject({ outcome: z.literal('unknown'), ...whyNot }),
])
export type RotationOutcome = z.infer<typeof rotationOutcome>

export const jobOutcome = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('tested'), steps: z.array(probeStep).min(1).max(MAX_PROBE_STEPS) }),
  ...rotationOutcome.options,
])
export type JobOutcome = z.infer<typeof jobOutcome>

/** The HPKE info of a password that a gateway made and seals to the vault key: it fits one job and one endpoint. */
export const pendingSecretInfo = (fields: {
  readonly organization: string
  readonly resource: string
  readonly endpointDigest: string
  readonly job: string
}): string =>
  canonicalJson({
    use: 'sallyport pending secret v1',
    organization: fields.organization,
    resource: fields.resource,
    endpointDigest: fields.endpointDigest,
    job: fields.job,
  })
