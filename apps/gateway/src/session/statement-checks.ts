/**
 * What the gateway checks of a ticket or a lease renewal before it asks anybody: that it is for this organization and gateway,
 * for now, of the session behind this very connection, and signed with that session's key. The device's signature is the
 * vault's to verify. The protocol's `spec/lease.md`, step 2.
 */
import {
  leaseRenewal,
  type LeaseRenewal,
  MAX_CLOCK_SKEW,
  SallyportError,
  type StatementType,
  ticket,
  type Ticket,
  TICKET_LIFETIME,
  verifyStatementSignature,
} from '@sallyport/protocol'
import type { z } from 'zod'
import type { SessionPeer } from './peer.ts'

/** The device signs first, the session second. */
const SESSION_SIGNATURE = 1

export interface Recipient {
  readonly organization: string
  readonly gateway: string
  /** Milliseconds since 1970. */
  readonly now: number
}

type ClientStatement = Pick<Ticket, 'organization' | 'gateway' | 'session' | 'issuedAt' | 'expiresAt'>

const checkStatement = async <Schema extends z.ZodType<ClientStatement>>(
  type: StatementType<Schema>,
  text: string,
  { peer, recipient }: { readonly peer: SessionPeer; readonly recipient: Recipient },
): Promise<z.output<Schema>> => {
  const statement = await verifyStatementSignature(type, text, { index: SESSION_SIGNATURE, publicKey: peer.publicKey })
  if (statement.organization !== recipient.organization || statement.gateway !== recipient.gateway)
    throw new SallyportError('ticket_invalid')
  if (statement.session !== peer.session) throw new SallyportError('identity_mismatch')
  const { issuedAt, expiresAt } = statement
  if (expiresAt < issuedAt || expiresAt - issuedAt > TICKET_LIFETIME) throw new SallyportError('ticket_invalid')
  if (issuedAt > recipient.now + MAX_CLOCK_SKEW || expiresAt < recipient.now - MAX_CLOCK_SKEW)
    throw new SallyportError('ticket_expired')
  return statement
}

/** Throws `ticket_invalid`, `ticket_expired` or `identity_mismatch`. */
export const checkTicket = async (
  text: string,
  context: { readonly peer: SessionPeer; readonly recipient: Recipient },
): Promise<Ticket> => {
  const found = await checkStatement(ticket, text, context)
  // Jobs that rotate or test have a way of their own; a client connects.
  if (found.purpose !== 'connect') throw new SallyportError('ticket_invalid')
  return found
}

/** Throws `ticket_invalid`, `ticket_expired` or `identity_mismatch`. */
export const checkRenewal = (
  text: string,
  context: { readonly peer: SessionPeer; readonly recipient: Recipient },
): Promise<LeaseRenewal> => checkStatement(leaseRenewal, text, context)
