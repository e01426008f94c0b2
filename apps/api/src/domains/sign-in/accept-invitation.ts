/** Accepting an invitation: sets the password and signs in at once; the device that does so is approved. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../audit/index.ts'
import { updateDevice } from '../devices/index.ts'
import { isInvitationOpen, useInvitation } from '../invitations/index.ts'
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
  if (!(await admitAttempt(transaction, request, { buckets, user: null, device: null }))) return 'sign_in_throttled'
  if (await isInvitationOpen(transaction, request.code, request.now)) return null
  await recordAudit(transaction, {
    type: 'sign-in.refused',
    actor: request.actor,
    subject: null,
    details: { code: 'invitation_invalid' },
  })
  return 'invitation_invalid'
}

const complete = async (
  transaction: Transaction,
  parts: SignInParts,
  proven: { readonly request: AcceptanceRequest; readonly passwordHash: string },
): Promise<SessionDraft> => {
  const { request, passwordHash } = proven
  const { organization, now } = request
  const id = await useInvitation(transaction, request.code, now)
  const invited = await lockUser(transaction, id)
  if (invited === null || invited.status === 'disabled') throw new SallyportError('invitation_invalid')
  const { firstName = invited.firstName, lastName = invited.lastName } = request
  const user = { ...invited, firstName, lastName, status: 'active', passwordHash, lastSignInAt: new Date(now) } as const
  await updateUser(transaction, id, { firstName, lastName, status: 'active', passwordHash, lastSignInAt: new Date(now) })
  // Whoever had signed in with the password before does so no more.
  await endSessions(transaction, {
    organization: organization.id,
    scope: { user: id },
    status: 'revoked',
    code: 'session_revoked',
    now,
  })
  const { device, refused } = await admitDevice(transaction, {
    ...request,
    organization: organization.id,
    user: id,
    newDevice: 'active',
  })
  if (refused === 'device_revoked') throw new SallyportError('device_revoked')
  await updateDevice(transaction, device.id, { status: 'active' })
  const actor = { ...request.actor, kind: 'user', id, device: device.id } as const
  const material = await openSession(transaction, parts.authority, { user, device: device.id, enrolment: request, actor })
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
  const passwordHash = await parts.passwords.hash(request.password)
  return within((transaction) => complete(transaction, parts, { request, passwordHash }))
}
