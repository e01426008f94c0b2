/** Signing in with e-mail address and password. Nothing that is answered tells whether the account exists. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import type { Pool, Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../audit/index.ts'
import type { Authority } from '../authority/index.ts'
import { findDeviceOfUser } from '../devices/index.ts'
import { findUserByEmail, lockUser, updateUser, type User } from '../users/index.ts'
import { admitDevice } from './admit-device.ts'
import { type AttemptBucket, forgetAttempts } from './attempts.ts'
import { useChallenge } from './challenges.ts'
import type { Enrolment } from './enrolment.ts'
import { openSession, type SessionDraft } from './open-session.ts'
import type { Passwords } from './passwords.ts'
import { admitAttempt } from './throttle.ts'

export interface SignInParts {
  readonly pool: Pool
  readonly authority: Authority
  readonly passwords: Passwords
}

export interface SignInRequest extends Enrolment {
  /** In lower case. */
  readonly email: string
  readonly password: string
}

interface Candidate {
  readonly user: User | null
  readonly bucket: AttemptBucket
}

/** Uses the challenge and counts the attempt, before any password is looked at. Null when there were too many. */
const begin = async (transaction: Transaction, request: SignInRequest): Promise<Candidate | null> => {
  await useChallenge(transaction, request.challenge, request.now)
  const user = await findUserByEmail(transaction, request.email)
  const device = user === null ? null : await findDeviceOfUser(transaction, user.id, request.deviceKey)
  const bucket: AttemptBucket =
    device?.status === 'active' ? { kind: 'device', value: device.id } : { kind: 'account', value: request.email }
  const buckets = [bucket, { kind: 'address', value: request.address } as const]
  const attempt = { buckets, user: user?.id ?? null, device: device?.id ?? null }
  return (await admitAttempt(transaction, request, attempt)) ? { user, bucket } : null
}

const recordRefusal = (
  transaction: Transaction,
  request: SignInRequest,
  refusal: { readonly user: string | null; readonly device: string | null; readonly code: ErrorCode },
): Promise<string> =>
  recordAudit(transaction, {
    type: 'sign-in.refused',
    actor: { ...request.actor, device: refusal.device },
    subject: refusal.user === null ? null : { kind: 'user', id: refusal.user },
    details: { code: refusal.code },
  })

type Outcome = { readonly material: SessionDraft } | { readonly refused: ErrorCode }

const complete = async (
  transaction: Transaction,
  parts: SignInParts,
  proven: { readonly request: SignInRequest; readonly candidate: Candidate; readonly user: User },
): Promise<Outcome> => {
  const { request, candidate } = proven
  const { organization } = request
  const user = await lockUser(transaction, proven.user.id)
  const refuse = async (code: ErrorCode, device: string | null): Promise<Outcome> => {
    await recordRefusal(transaction, request, { user: proven.user.id, device, code })
    return { refused: code }
  }
  // Between the look at the password and now it may have been changed, or the account disabled.
  if (user === null || user.passwordHash !== proven.user.passwordHash) return refuse('sign_in_failed', null)
  await forgetAttempts(transaction, candidate.bucket)
  if (user.status !== 'active') return refuse('user_disabled', null)
  const { device, refused } = await admitDevice(transaction, {
    ...request,
    organization: organization.id,
    user: user.id,
    newDevice: organization.settings.newDevices === 'allow' ? 'active' : 'pending',
  })
  if (refused !== null) return refuse(refused, device.id)
  const known = { ...request.actor, kind: 'user', id: user.id, device: device.id } as const
  const material = await openSession(transaction, parts.authority, { user, device: device.id, enrolment: request, actor: known })
  await updateUser(transaction, user.id, { lastSignInAt: new Date(request.now) })
  await recordAudit(transaction, {
    type: 'sign-in.succeeded',
    actor: { ...known, session: material.session.id },
    subject: { kind: 'session', id: material.session.id },
    details: { label: material.session.label, expiresAt: material.session.expiresAt },
  })
  return { material }
}

/** Throws the codes that the route names; what was refused is recorded before. */
export const signIn = async (parts: SignInParts, request: SignInRequest): Promise<SessionDraft> => {
  const within = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, request.organization.id, work)
  const candidate = await within((transaction) => begin(transaction, request))
  if (candidate === null) throw new SallyportError('sign_in_throttled')
  const { user } = candidate
  const proven = await parts.passwords.verify(user?.passwordHash ?? null, request.password)
  const outcome = await within(async (transaction): Promise<Outcome> => {
    if (proven && user !== null) return complete(transaction, parts, { request, candidate, user })
    await recordRefusal(transaction, request, { user: user?.id ?? null, device: null, code: 'sign_in_failed' })
    return { refused: 'sign_in_failed' }
  })
  if ('refused' in outcome) throw new SallyportError(outcome.refused)
  return outcome.material
}
