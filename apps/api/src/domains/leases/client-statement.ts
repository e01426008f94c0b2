/**
 * What a client signed with both its keys and a gateway passed on: tickets and renewals. Both are checked the same way, step
 * by step, each step with its own code: `spec/lease.md` step 3.
 */
import {
  type DeviceState,
  type leaseRenewal,
  MAX_CLOCK_SKEW,
  parseStatement,
  SallyportError,
  type StatementType,
  type ticket,
  TICKET_LIFETIME,
  verifyStatement,
} from '@sallyport/protocol'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import { findSession, type Session } from '../sessions/index.ts'

type ClientStatementType = typeof ticket | typeof leaseRenewal

/** What all of them say. */
export interface ClientStatement {
  readonly organization: string
  readonly device: string
  readonly session: string
  readonly gateway: string
  readonly deviceState: DeviceState
  readonly jti: string
  readonly issuedAt: number
  readonly expiresAt: number
}

export interface Verified<Payload> {
  readonly payload: Payload
  /** Whose keys signed it, whatever its standing. */
  readonly session: Session
}

const checkTimes = ({ issuedAt, expiresAt }: ClientStatement, now: number): void => {
  if (expiresAt < issuedAt || expiresAt - issuedAt > TICKET_LIFETIME) {
    throw new SallyportError('ticket_invalid', { cause: new Error('it would live too long') })
  }
  if (now > expiresAt + MAX_CLOCK_SKEW || issuedAt > now + MAX_CLOCK_SKEW) throw new SallyportError('ticket_expired')
}

/** Verifies both signatures with the stored keys, then times, organization and gateway. Changes nothing. */
export const verifyClientStatement = async <Type extends ClientStatementType>(
  transaction: Transaction,
  expected: {
    readonly type: Type
    readonly text: string
    readonly organization: string
    readonly gateway: string
    readonly now: number
  },
): Promise<Verified<z.output<Type['payload']>>> => {
  const type = expected.type as StatementType<Type['payload']>
  const unverified = parseStatement(type, expected.text).payload as ClientStatement
  const session = await findSession(transaction, unverified.session)
  if (session?.device !== unverified.device) throw new SallyportError('session_unknown')
  const payload = await verifyStatement(type, expected.text, [session.devicePublicKey, session.publicKey])
  const statement = payload as ClientStatement
  checkTimes(statement, expected.now)
  if (statement.organization !== expected.organization || statement.gateway !== expected.gateway) {
    throw new SallyportError('identity_mismatch', { message: 'This was signed for another gateway.' })
  }
  return { payload: payload as z.output<Type['payload']>, session }
}
