/** The second half of every sign-in, in the browser or not: whoever comes here has proven a password. */
import type { ErrorCode } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { findDeviceOfUser, updateDevice } from '../devices/index.ts'
import { lockUser, updateUser } from '../users/index.ts'
import { admitDevice } from './admit-device.ts'
import { replaceDevice } from './devices.ts'
import type { Enrolment } from './enrolment.ts'
import { openSession, type SessionDraft } from './open-session.ts'
import type { SignInParts } from './sign-in.ts'

export const recordRefusal = (
  transaction: Transaction,
  actor: AuditActor,
  refusal: { readonly user: string | null; readonly device: string | null; readonly code: ErrorCode },
): Promise<string> =>
  recordAudit(transaction, {
    type: 'sign-in.refused',
    actor: { ...actor, device: refusal.device },
    subject: refusal.user === null ? null : { kind: 'user', id: refusal.user },
    details: { code: refusal.code },
  })

export type SignInOutcome = { readonly material: SessionDraft } | { readonly refused: ErrorCode }

export interface ProvenSignIn {
  readonly enrolment: Enrolment
  readonly user: string
  /** With which the password was compared. */
  readonly passwordHash: string | null
  /** The device that this one stands in for: it is revoked. */
  readonly replaces?: string | null
  /** A recovery code stands in for an administrator's approval. */
  readonly recovered?: boolean
}

/** A refusal changes things, too: it is returned, so that the transaction is committed. */
export const completeSignIn = async (
  transaction: Transaction,
  parts: SignInParts,
  proven: ProvenSignIn,
): Promise<SignInOutcome> => {
  const { enrolment, replaces = null, recovered = false } = proven
  const { organization, now } = enrolment
  const user = await lockUser(transaction, proven.user)
  const refuse = async (code: ErrorCode, device: string | null): Promise<SignInOutcome> => {
    await recordRefusal(transaction, enrolment.actor, { user: proven.user, device, code })
    return { refused: code }
  }
  // Between the look at the password and now it may have been changed, or the account disabled.
  if (user === null || user.passwordHash !== proven.passwordHash) return refuse('sign_in_failed', null)
  if (user.status !== 'active') return refuse('user_disabled', null)
  const person = { ...enrolment.actor, kind: 'user', id: user.id } as const
  const known = await findDeviceOfUser(transaction, user.id, enrolment.deviceKey)
  // A lost device is shut out at once, whether or not the new one is let in.
  if (replaces !== null && replaces !== known?.id) {
    await replaceDevice(transaction, { organization: organization.id, user: user.id, device: replaces, actor: person, now })
  }
  const free = organization.settings.newDevices === 'allow' && replaces === null
  const { device, refused } = await admitDevice(transaction, {
    ...enrolment,
    organization: organization.id,
    user: user.id,
    newDevice: free || recovered ? 'active' : 'pending',
    waiting: recovered ? 'let-in' : 'keep-waiting',
  })
  if (refused !== null) return refuse(refused, device.id)
  if (recovered) await updateDevice(transaction, device.id, { status: 'active' })
  const actor = { ...person, device: device.id }
  const material = await openSession(transaction, parts.authority, { user, device: device.id, enrolment, actor })
  await updateUser(transaction, user.id, { lastSignInAt: new Date(now) })
  await recordAudit(transaction, {
    type: 'sign-in.succeeded',
    actor: { ...actor, session: material.session.id },
    subject: { kind: 'session', id: material.session.id },
    details: { label: material.session.label, expiresAt: material.session.expiresAt },
  })
  return { material }
}
