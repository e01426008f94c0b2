/** Changing the own password: the other sessions of the user end. */
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor, Organization } from '@sallyport/protocol/api'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../audit/index.ts'
import { endSessions } from '../sessions/index.ts'
import { findUser, lockUser, updateUser } from '../users/index.ts'
import { countAttempt, forgetAttempts } from './attempts.ts'
import type { SignInParts } from './sign-in.ts'

export interface PasswordChange {
  readonly organization: Organization
  readonly user: string
  readonly device: string
  /** Stays. */
  readonly session: string
  readonly current: string
  readonly next: string
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Throws `sign_in_failed` for a wrong current password, `sign_in_throttled` after too many of them. */
export const changePassword = async (parts: SignInParts, change: PasswordChange): Promise<void> => {
  const { organization, user: id, now, actor } = change
  const bucket = { kind: 'device', value: change.device } as const
  const begun = await withOrganization(parts.pool, organization.id, async (transaction) => ({
    verdict: await countAttempt(transaction, bucket, now),
    user: await findUser(transaction, id),
  }))
  if (begun.verdict !== 'allowed') throw new SallyportError('sign_in_throttled')
  const stored = begun.user?.passwordHash ?? null
  if (!(await parts.passwords.verify(stored, change.current))) throw new SallyportError('sign_in_failed')
  const passwordHash = await parts.passwords.hash(change.next)
  await withOrganization(parts.pool, organization.id, async (transaction) => {
    const user = await lockUser(transaction, id)
    if (user === null || user.passwordHash !== stored) throw new SallyportError('sign_in_failed')
    await updateUser(transaction, id, { passwordHash })
    await forgetAttempts(transaction, bucket)
    const ended = await endSessions(transaction, {
      organization: organization.id,
      scope: { user: id },
      except: change.session,
      status: 'revoked',
      code: 'session_revoked',
      now,
    })
    await recordAudit(transaction, {
      type: 'user.password-changed',
      actor,
      subject: { kind: 'user', id },
      details: { endedSessions: ended.length },
    })
  })
}
