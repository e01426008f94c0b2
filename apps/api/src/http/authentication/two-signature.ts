/** Calls of a signed-in user: signed by the device, then by the session. `spec/http-signatures.md` of the protocol. */
import { SallyportError, verifyCall } from '@sallyport/protocol'
import type { Organization, Permission } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { Dependencies } from '../../dependencies.ts'
import { spendNonce } from '../../domains/nonces/index.ts'
import { readOrganization } from '../../domains/organizations/index.ts'
import { permissionsOfUser } from '../../domains/roles/index.ts'
import {
  findDeviceKey,
  findSession,
  findSessionKey,
  revokeForeignUse,
  type Session,
  type SessionKey,
  sessionStanding,
  touchSession,
} from '../../domains/sessions/index.ts'
import type { CallerContext } from '../context.ts'
import type { IncomingCall } from '../incoming-call.ts'

interface VerifiedSignatures {
  readonly nonce: string
  readonly created: number
  /** The key of an enrolled device; null: whoever holds the session's key signed without one. */
  readonly deviceKeyId: string | null
  readonly session: SessionKey
}

const algorithm = 'ecdsa-p256-sha256'

/** `session` alone: whatever stands where the device's signature belongs must be covered, and is not looked at. */
const verifyWith = async (
  dependencies: Dependencies,
  { call }: IncomingCall,
  labels: readonly ['device', 'session'] | readonly ['session'],
): Promise<VerifiedSignatures> => {
  let session: SessionKey | null = null
  const { nonce, created, keyIds } = await verifyCall(call, {
    labels,
    covered: labels[0] === 'session' ? ['device'] : [],
    now: Math.floor(dependencies.clock() / 1000),
    keyFor: async (label, keyId) => {
      if (label === 'device') {
        const publicKey = await findDeviceKey(dependencies.pool, keyId)
        return publicKey === null ? null : { algorithm, publicKey }
      }
      session = await findSessionKey(dependencies.pool, keyId)
      if (session === null) throw new SallyportError('session_unknown')
      return { algorithm, publicKey: session.publicKey }
    },
  })
  const deviceKeyId = labels[0] === 'session' ? null : keyIds[0]
  if (session === null || deviceKeyId === undefined) throw new SallyportError('signature_invalid')
  return { nonce, created, deviceKeyId, session }
}

/** Both keys are known to us and both signatures are theirs, or the session's alone; whether they belong together is not known. */
const verifySignatures = async (dependencies: Dependencies, incoming: IncomingCall): Promise<VerifiedSignatures> => {
  try {
    return await verifyWith(dependencies, incoming, ['device', 'session'])
  } catch (error) {
    if (!(error instanceof SallyportError) || error.code !== 'signature_invalid') throw error
    return verifyWith(dependencies, incoming, ['session']).catch(() => {
      throw error
    })
  }
}

type Outcome =
  | { readonly refused: SallyportError }
  | {
      readonly refused: null
      readonly session: Session
      readonly organization: Organization
      readonly permissions: ReadonlySet<Permission>
    }

const judge = async (
  transaction: Transaction,
  verified: VerifiedSignatures,
  call: { readonly address: string; readonly now: number },
): Promise<Outcome> => {
  const { organization } = verified.session
  await spendNonce(transaction, { organization, nonce: verified.nonce, created: verified.created })
  const session = await findSession(transaction, verified.session.session)
  if (session === null) return { refused: new SallyportError('session_unknown') }
  const refusal = sessionStanding(session, call.now)
  if (refusal !== null) return { refused: new SallyportError(refusal) }
  if (session.deviceKeyId !== verified.deviceKeyId) {
    return { refused: new SallyportError(await revokeForeignUse(transaction, session, { organization, ...call })) }
  }
  await touchSession(transaction, session, call.now)
  const permissions = await permissionsOfUser(transaction, session.user)
  return { refused: null, session, organization: await readOrganization(transaction), permissions }
}

/**
 * Throws the code of the refusal. The nonce is spent, and a session that was used with another device's key is revoked, before
 * anything is thrown.
 */
export const authenticateCaller = async (dependencies: Dependencies, incoming: IncomingCall): Promise<CallerContext> => {
  const { address } = incoming
  const verified = await verifySignatures(dependencies, incoming)
  const now = dependencies.clock()
  const outcome = await withOrganization(dependencies.pool, verified.session.organization, (transaction) =>
    judge(transaction, verified, { address, now }),
  )
  if (outcome.refused !== null) throw outcome.refused
  const { session, organization, permissions } = outcome
  return {
    dependencies,
    address,
    now: dependencies.clock,
    organization,
    transaction: (work) => withOrganization(dependencies.pool, organization.id, work),
    actor: { kind: 'user', id: session.user, device: session.device, session: session.id, address },
    user: { id: session.user, permissions, isSupport: session.isSupport },
    device: { id: session.device },
    session: { id: session.id, expiresAt: session.expiresAt, publicKey: session.publicKey },
  }
}
