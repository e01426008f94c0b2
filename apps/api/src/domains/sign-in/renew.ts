/** Renewing a session: a new certificate for the same key, and the device's next state. */
import { type DeviceState, equalBytes, type ErrorCode, SallyportError } from '@sallyport/protocol'
import type { AuditActor, Fingerprint, Organization } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../audit/index.ts'
import { keyOfCertificateRequest } from '../authority/index.ts'
import { lockDevice, updateDevice } from '../devices/index.ts'
import { checkDeviceState, findLiveSession } from '../sessions/index.ts'
import { findUser } from '../users/index.ts'
import { checkFingerprint } from './admit-device.ts'
import { certifySession, type SessionDraft } from './open-session.ts'
import type { SignInParts } from './sign-in.ts'

export interface RenewalRequest {
  readonly organization: Organization
  readonly session: string
  /** PKCS #10 request, DER, of the session's own key. */
  readonly csr: Uint8Array
  readonly fingerprint: Fingerprint
  readonly deviceState: DeviceState
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

type Outcome = { readonly material: SessionDraft } | { readonly refused: ErrorCode }

const renew = async (
  transaction: Transaction,
  parts: SignInParts,
  request: RenewalRequest & { readonly publicKey: Uint8Array },
): Promise<Outcome> => {
  const { organization, actor, now, deviceState, fingerprint } = request
  const session = await findLiveSession(transaction, request.session, now)
  if (!equalBytes(session.publicKey, request.publicKey)) {
    throw new SallyportError('invalid_request', { message: 'The request is for another key.', details: ['body.csr'] })
  }
  const [device, user] = [await lockDevice(transaction, session.device), await findUser(transaction, session.user)]
  if (device === null || user === null) throw new SallyportError('session_unknown')
  const check = { organization: organization.id, user: user.id, device: device.id, state: deviceState, actor, now }
  if (!(await checkDeviceState(transaction, check))) return { refused: 'device_state_stale' }
  if (!(await checkFingerprint(transaction, { organization: organization.id, device, fingerprint, actor, now }))) {
    return { refused: 'fingerprint_changed' }
  }
  await updateDevice(transaction, device.id, { lastSeenAt: new Date(now) })
  const { publicKey } = session
  const material = await certifySession(transaction, parts.authority, {
    organization,
    user,
    device: device.id,
    session,
    publicKey,
    taken: deviceState,
  })
  await recordAudit(transaction, {
    type: 'session.renewed',
    actor,
    subject: { kind: 'session', id: session.id },
    details: { certificateExpiresAt: material.certificateExpiresAt },
  })
  return { material }
}

/** Throws the codes that the route names; what ended sessions is committed before. */
export const renewSession = async (parts: SignInParts, request: RenewalRequest): Promise<SessionDraft> => {
  const publicKey = await keyOfCertificateRequest(request.csr)
  const outcome = await withOrganization(parts.pool, request.organization.id, (transaction) =>
    renew(transaction, parts, { ...request, publicKey }),
  )
  if ('refused' in outcome) throw new SallyportError(outcome.refused)
  return outcome.material
}
