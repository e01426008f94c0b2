/** Signing in with e-mail address and password. Nothing that is answered tells whether the account exists. */
import { SallyportError } from '@sallyport/protocol'
import type { Pool, Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { Authority } from '../authority/index.ts'
import { findDeviceOfUser } from '../devices/index.ts'
import { findUserByEmail, type User } from '../users/index.ts'
import { type AttemptBucket, forgetAttempts } from './attempts.ts'
import { useChallenge } from './challenges.ts'
import { completeSignIn, recordRefusal, type SignInOutcome } from './complete.ts'
import type { Enrolment } from './enrolment.ts'
import type { SessionDraft } from './open-session.ts'
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

/** Counts the attempt, before any password is looked at. Null when there were too many. */
export const countSignIn = async (
  transaction: Transaction,
  request: Pick<SignInRequest, 'organization' | 'email' | 'deviceKey' | 'address' | 'actor' | 'now'>,
): Promise<Candidate | null> => {
  const user = await findUserByEmail(transaction, request.email)
  const device = user === null ? null : await findDeviceOfUser(transaction, user.id, request.deviceKey)
  const bucket: AttemptBucket =
    device?.status === 'active' ? { kind: 'device', value: device.id } : { kind: 'account', value: request.email }
  const buckets = [bucket, { kind: 'address', value: request.address } as const]
  const attempt = { buckets, user: user?.id ?? null, device: device?.id ?? null }
  const caller = { organization: request.organization.id, actor: request.actor, now: request.now }
  return (await admitAttempt(transaction, caller, attempt)) ? { user, bucket } : null
}

const complete = async (
  transaction: Transaction,
  parts: SignInParts,
  proven: { readonly request: SignInRequest; readonly candidate: Candidate; readonly user: User },
): Promise<SignInOutcome> => {
  const { request, candidate, user } = proven
  await forgetAttempts(transaction, candidate.bucket)
  return completeSignIn(transaction, parts, { enrolment: request, user: user.id, passwordHash: user.passwordHash })
}

/** Throws the codes that the route names; what was refused is recorded before. */
export const signIn = async (parts: SignInParts, request: SignInRequest): Promise<SessionDraft> => {
  const within = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, request.organization.id, work)
  const candidate = await within(async (transaction) => {
    await useChallenge(transaction, request.challenge, request.now)
    return countSignIn(transaction, request)
  })
  if (candidate === null) throw new SallyportError('sign_in_throttled')
  const { user } = candidate
  const proven = await parts.passwords.verify(user?.passwordHash ?? null, request.password)
  const outcome = await within(async (transaction): Promise<SignInOutcome> => {
    if (proven && user !== null) return complete(transaction, parts, { request, candidate, user })
    await recordRefusal(transaction, request.actor, { user: user?.id ?? null, device: null, code: 'sign_in_failed' })
    return { refused: 'sign_in_failed' }
  })
  if ('refused' in outcome) throw new SallyportError(outcome.refused)
  return outcome.material
}
