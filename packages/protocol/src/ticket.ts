/** The ticket: what the client signs with its device key and its session key to ask for one lease. `spec/lease.md`. */
import { z } from 'zod'
import { canonicalJson } from './canonical-json.ts'
import { deviceState, instant, keyId, uuid } from './fields.ts'
import { sealed } from './sealing.ts'
import { defineStatement } from './statement.ts'

/** Bytes of the share that the client gives the gateway in clear (inside mutual TLS) and the vault sealed. */
export const SHARE_LENGTH = 32

/** A ticket is accepted this long after it was issued, in milliseconds, give or take {@link MAX_CLOCK_SKEW}. */
export const TICKET_LIFETIME = 60_000

/** Clocks of two parties may differ this much, in milliseconds. */
export const MAX_CLOCK_SKEW = 60_000

export const ticketPurpose = z.enum(['connect', 'rotate', 'test'])

export const ticket = defineStatement({
  name: 'ticket',
  signatures: ['ecdsa-p256-sha256', 'ecdsa-p256-sha256'],
  maxLength: 8 * 1024,
  error: 'ticket_invalid',
  payload: z.strictObject({
    version: z.literal(1),
    purpose: ticketPurpose,
    organization: uuid,
    device: uuid,
    session: uuid,
    /** The gateway or relay that shall open the credential. */
    gateway: uuid,
    credential: uuid,
    deviceState,
    /** Unique: a ticket is used once. Also the psk_id under which the credential is sealed. */
    jti: uuid,
    issuedAt: instant,
    expiresAt: instant,
    vaultKey: keyId,
    share: sealed,
    /** Which job, and which version of its secret, where the purpose is not `connect`. */
    job: z.strictObject({ id: uuid, version: z.enum(['current', 'pending']) }).optional(),
  }),
})
export type Ticket = z.infer<typeof ticket.payload>

/** The info under which the share is sealed to the vault key: it fits this one ticket. */
export const shareInfo = (
  fields: Pick<Ticket, 'organization' | 'session' | 'device' | 'gateway' | 'credential' | 'jti'>,
): string =>
  canonicalJson({
    use: 'sallyport share v1',
    organization: fields.organization,
    session: fields.session,
    device: fields.device,
    gateway: fields.gateway,
    credential: fields.credential,
    jti: fields.jti,
  })

/**
 * Renews all leases of one session at one gateway: signed by both keys, so that no lease outlives the agent. Carries no
 * secret. The gateway passes it on unchanged.
 */
export const leaseRenewal = defineStatement({
  name: 'lease-renewal',
  signatures: ['ecdsa-p256-sha256', 'ecdsa-p256-sha256'],
  maxLength: 64 * 1024,
  error: 'ticket_invalid',
  payload: z.strictObject({
    version: z.literal(1),
    organization: uuid,
    device: uuid,
    session: uuid,
    gateway: uuid,
    leases: z.array(uuid).min(1).max(1000),
    deviceState,
    jti: uuid,
    issuedAt: instant,
    expiresAt: instant,
  }),
})
export type LeaseRenewal = z.infer<typeof leaseRenewal.payload>
