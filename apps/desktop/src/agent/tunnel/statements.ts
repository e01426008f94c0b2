/** What the agent signs for a gateway, with both keys: tickets and renewals. `spec/lease.md`. */
import { randomBytes, randomUUID } from 'node:crypto'
import {
  type DeviceState,
  fromBase64url,
  leaseRenewal,
  seal,
  SHARE_LENGTH,
  shareInfo,
  signStatement,
  ticket,
  TICKET_LIFETIME,
  toBase64url,
} from '@sallyport/protocol'
import type { LiveSession } from '../session/live-session.ts'

export interface Ticket {
  readonly text: string
  /** In clear, for the gateway: 32 bytes, base64url. */
  readonly share: string
}

export const makeTicket = async (
  live: LiveSession,
  deviceState: DeviceState,
  target: { readonly gateway: string; readonly credential: string },
): Promise<Ticket> => {
  const share = randomBytes(SHARE_LENGTH)
  const issuedAt = Date.now()
  const parties = {
    organization: live.enrolment.organization.id,
    device: live.device,
    session: live.stored.id,
    ...target,
    jti: randomUUID(),
  }
  // The newest comes first.
  const vaultKey = live.trust.vaultKeys[0]!
  const sealed = await seal(share, fromBase64url(vaultKey.publicKey), { info: shareInfo(parties) })
  const payload = {
    version: 1 as const,
    purpose: 'connect' as const,
    ...parties,
    deviceState,
    issuedAt,
    expiresAt: issuedAt + TICKET_LIFETIME,
    vaultKey: vaultKey.id,
    share: sealed,
  }
  const text = await signStatement(ticket, payload, live.signers)
  const clear = toBase64url(share)
  share.fill(0)
  return { text, share: clear }
}

export const makeRenewal = (
  live: LiveSession,
  deviceState: DeviceState,
  target: { readonly gateway: string; readonly leases: readonly string[] },
): Promise<string> => {
  const issuedAt = Date.now()
  const payload = {
    version: 1 as const,
    organization: live.enrolment.organization.id,
    device: live.device,
    session: live.stored.id,
    gateway: target.gateway,
    leases: [...target.leases],
    deviceState,
    jti: randomUUID(),
    issuedAt,
    expiresAt: issuedAt + TICKET_LIFETIME,
  }
  return signStatement(leaseRenewal, payload, live.signers)
}
