/** The last step of every way to sign in: the session, its certificate and the device's next state. */
import type { DeviceState } from '@sallyport/protocol'
import { toBase64url } from '@sallyport/protocol'
import type { AuditActor, Organization, SessionMaterial } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { type Authority, issueLeaf } from '../authority/index.ts'
import { giveDeviceState, updateDevice } from '../devices/index.ts'
import { checkDeviceState, insertSession } from '../sessions/index.ts'
import type { User } from '../users/index.ts'
import type { Enrolment } from './enrolment.ts'

/** All but the trust bundle, which is added after the transaction. */
export type SessionDraft = Omit<SessionMaterial, 'trustBundle'>

export interface CertifiedSession {
  readonly organization: Organization
  readonly user: Pick<User, 'id' | 'email' | 'firstName' | 'lastName'>
  readonly device: string
  readonly session: { readonly id: string; readonly label: string; readonly expiresAt: Date }
  readonly publicKey: Uint8Array
  /** The state that was just taken; null when the device begins anew. */
  readonly taken: DeviceState | null
}

/** Certifies the session key and gives the device its next state. */
export const certifySession = async (
  transaction: Transaction,
  authority: Authority,
  certified: CertifiedSession,
): Promise<SessionDraft> => {
  const { organization, session, user, device, publicKey } = certified
  const issued = await issueLeaf(transaction, authority, {
    organization,
    kind: 'session',
    id: session.id,
    publicKey,
    notAfter: session.expiresAt.getTime(),
  })
  return {
    session: { id: session.id, expiresAt: session.expiresAt.toISOString(), label: session.label },
    user: { id: user.id, email: user.email, firstName: user.firstName, lastName: user.lastName },
    device,
    organization: organization.id,
    certificates: issued.certificates.map(toBase64url),
    certificateExpiresAt: issued.expiresAt.toISOString(),
    deviceState: await giveDeviceState(transaction, device, certified.taken),
  }
}

export interface SignedIn {
  readonly user: User
  readonly device: string
  readonly enrolment: Enrolment
  /** The user, now that it is known who they are. */
  readonly actor: AuditActor
}

/**
 * A device state that is not the expected one shows a copy: the sessions of both are ended, and this sign-in, which proved the
 * password, begins a new state by which the copy is shut out.
 */
export const openSession = async (transaction: Transaction, authority: Authority, signedIn: SignedIn): Promise<SessionDraft> => {
  const { user, device, enrolment, actor } = signedIn
  const { organization, now } = enrolment
  const check = { organization: organization.id, user: user.id, device, state: enrolment.deviceState, actor, now }
  const taken = (await checkDeviceState(transaction, check)) ? enrolment.deviceState : null
  const session = await insertSession(transaction, {
    user: user.id,
    device,
    publicKey: enrolment.sessionKey,
    createdAt: new Date(now),
    expiresAt: new Date(Math.min(now + organization.settings.sessionLifetime * 1000, user.endsAt?.getTime() ?? Infinity)),
    address: enrolment.address,
  })
  await updateDevice(transaction, device, { facts: enrolment.facts, lastSeenAt: new Date(now) })
  return certifySession(transaction, authority, { organization, user, device, session, publicKey: enrolment.sessionKey, taken })
}
