/** Accepting an invitation: sets the password and signs in at once; the device that does so is approved. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../audit/index.ts'
import { updateDevice } from '../devices/index.ts'
import { hashOfInvitation, isInvitationOpen, useInvitation } from '../invitations/index.ts'
import { endSessions } from '../sessions/index.ts'
import { lockUser, updateUser } from '../users/index.ts'
import { admitDevice } from './admit-device.ts'
import { useChallenge } from './challenges.ts'
import type { Enrolment } from './enrolment.ts'
import { openSession, type SessionDraft } from './open-session.ts'
import type { SignInParts } from './sign-in.ts'
import { admitAttempt } from './throttle.ts'

export interface AcceptanceRequest extends Enrolment {
  readonly code: string
  readonly password: string
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
}

/** Uses the challenge and counts the attempt; the invitation stays open. */
const begin = async (transaction: Transaction, request: AcceptanceRequest): Promise<ErrorCode | null> => {
  await useChallenge(transaction, request.challenge, request.now)
  const buckets = [{ kind: 'address', value: request.address } as const]
  const caller = { organization: request.organization.id, actor: request.actor, now: request.now }
  if (!(await admitAttempt(transaction, caller, { buckets, user: null, device: null }))) return 'sign_in_throttled'
  if (await isInvitationOpen(transaction, hashOfInvitation(request.code), request.now)) return null
  await recordAudit(transaction, {
    type: 'sign-in.refused',
    actor: request.actor,
    subject: null,
    details: { code: 'invitation_invalid' },
  })
  return 'invitation_invalid'
}

export interface ProvenAcceptance {
  readonly enrolment: Enrolment
  /** Of the invitation. */
  readonly codeHash: Uint8Array
  readonly passwordHash: string
  readonly firstName: string | undefined
  readonly lastName: string | undefined
}

/** The second half of every acceptance, in the browser or not. Throws `invitation_invalid` or `device_revoked`. */
export const completeAcceptance = async (
  transaction: Transaction,
  parts: SignInParts,
  proven: ProvenAcceptance,
): Promise<SessionDraft> => {
  const { enrolment, passwordHash } = proven
  const { organization, now } = enrolment
  const id = await useInvitation(transaction, proven.codeHash, now)
  const invited = await lockUser(transaction, id)
  if (invited === null || invited.status === 'disabled') throw new SallyportError('invitation_invalid')
  const { firstName = invited.firstName, lastName = invited.lastName } = proven
  const user = { ...invited, firstName, lastName, status: 'active', passwordHash, lastSignInAt: new Date(now) } as const
  await updateUser(transaction, id, { names: user, status: 'active', passwordHash, lastSignInAt: new Date(now) })
  // Whoever had signed in with the password before does so no more.
  await endSessions(transaction, {
    organization: organization.id,
    scope: { user: id },
    status: 'revoked',
    code: 'session_revoked',
    now,
  })
  const { device, refused } = await admitDevice(transaction, {
    ...enrolment,
    organization: organization.id,
    user: id,
    newDevice: 'active',
    waiting: 'let-in',
  })
  if (refused === 'device_revoked') throw new SallyportError('device_revoked')
  await updateDevice(transaction, device.id, { status: 'active' })
  const actor = { ...enrolment.actor, kind: 'user', id, device: device.id } as const
  const material = await openSession(transaction, parts.authority, { user, device: device.id, enrolment, actor })
  await recordAudit(transaction, {
    type: 'invitation.accepted',
    actor: { ...actor, session: material.session.id },
    subject: { kind: 'user', id },
    details: { session: material.session.id, label: material.session.label, expiresAt: material.session.expiresAt },
  })
  return material
}

/** Throws the codes that the route names. An acceptance that fails leaves the invitation open. */
export const acceptInvitation = async (parts: SignInParts, request: AcceptanceRequest): Promise<SessionDraft> => {
  const within = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, request.organization.id, work)
  const refused = await within((transaction) => begin(transaction, request))
  if (refused !== null) throw new SallyportError(refused)
  const { code, password, firstName, lastName, ...enrolment } = request
  const proven = {
    enrolment,
    codeHash: hashOfInvitation(code),
    passwordHash: await parts.passwords.hash(password),
    firstName,
    lastName,
  }
  return within((transaction) => completeAcceptance(transaction, parts, proven))
}
