/**
 * What a client signed with both its keys and a gateway passed on: tickets and renewals. Both are checked the same way, step
 * by step, each step with its own code: `spec/lease.md` step 3.
 */
import {
  type DeviceState,
  type ErrorCode,
  type leaseRenewal,
  MAX_CLOCK_SKEW,
  parseStatement,
  SallyportError,
  type StatementType,
  type ticket,
  TICKET_LIFETIME,
  verifyStatement,
  verifyStatementSignature,
} from '@sallyport/protocol'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import { findSession, revokeForeignUse, type Session } from '../sessions/index.ts'

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

export type ClientVerification<Payload> =
  | { readonly refused: null; readonly client: Verified<Payload> }
  /** What was changed because of it stays: the caller throws after the transaction has committed. */
  | { readonly refused: ErrorCode }

const SESSION_SIGNATURE = 1

/**
 * Verifies both signatures with the stored keys, then times, organization and gateway. A valid signature of the session over one
 * that is not of its device revokes the session; whatever else is wrong is thrown and changes nothing.
 */
export const verifyClientStatement = async <Type extends ClientStatementType>(
  transaction: Transaction,
  expected: {
    readonly type: Type
    readonly text: string
    readonly organization: string
    readonly gateway: string
    /** IP address from which the client reached the gateway, where it is told. */
    readonly address: string | null
    readonly now: number
  },
): Promise<ClientVerification<z.output<Type['payload']>>> => {
  const type = expected.type as StatementType<Type['payload']>
  const session = await findSession(transaction, (parseStatement(type, expected.text).payload as ClientStatement).session)
  if (session === null) throw new SallyportError('session_unknown')
  const { publicKey, devicePublicKey } = session
  const payload = await verifyStatementSignature(type, expected.text, { index: SESSION_SIGNATURE, publicKey })
  try {
    await verifyStatement(type, expected.text, [devicePublicKey, publicKey])
  } catch {
    return { refused: await revokeForeignUse(transaction, session, expected) }
  }
  const statement = payload as ClientStatement
  if (statement.device !== session.device) throw new SallyportError('session_unknown')
  checkTimes(statement, expected.now)
  if (statement.organization !== expected.organization || statement.gateway !== expected.gateway) {
    throw new SallyportError('identity_mismatch', { message: 'This was signed for another gateway.' })
  }
  return { refused: null, client: { payload: payload as z.output<Type['payload']>, session } }
}
