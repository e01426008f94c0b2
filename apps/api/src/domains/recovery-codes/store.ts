/** Recovery codes: with one of them, and their password, a person lets in a device of their own that nobody could approve. */
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlert } from '../alerts/index.ts'
import { recordAudit } from '../audit/index.ts'
import { hashOfCode, newCode } from './code.ts'

const COUNT = 10

interface CodeOwner {
  readonly organization: string
  readonly user: string
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

/** New ones, shown once; those before are void. */
export const createRecoveryCodes = async (transaction: Transaction, { user, actor, now }: CodeOwner): Promise<string[]> => {
  const codes = Array.from({ length: COUNT }, newCode)
  await transaction.deleteFrom('recovery_codes').where('user_id', '=', user).execute()
  await transaction
    .insertInto('recovery_codes')
    .values(codes.map((code) => ({ user_id: user, code_hash: hashOfCode(code)!, created_at: new Date(now) })))
    .execute()
  await recordAudit(transaction, {
    type: 'recovery-codes.created',
    actor,
    subject: { kind: 'user', id: user },
    details: { count: COUNT },
  })
  return codes
}

export interface RecoveryCodesLeft {
  readonly left: number
  readonly createdAt: Date | null
}

export const recoveryCodesOf = async (transaction: Transaction, user: string): Promise<RecoveryCodesLeft> => {
  const found = await transaction
    .selectFrom('recovery_codes')
    .select(({ fn }) => [fn.countAll<string>().as('left'), fn.max('created_at').as('createdAt')])
    .where('user_id', '=', user)
    .executeTakeFirstOrThrow()
  return { left: Number(found.left), createdAt: found.createdAt }
}

/** Uses one up, with an alert. False for what is no code of the user's; of several at the same time one succeeds. */
export const useRecoveryCode = async (transaction: Transaction, owner: CodeOwner, typed: string): Promise<boolean> => {
  const hash = hashOfCode(typed)
  if (hash === null) return false
  const { organization, user, actor } = owner
  const used = await transaction
    .deleteFrom('recovery_codes')
    .where('user_id', '=', user)
    .where('code_hash', '=', hash)
    .executeTakeFirst()
  if (used.numDeletedRows !== 1n) return false
  const { left } = await recoveryCodesOf(transaction, user)
  await recordAudit(transaction, { type: 'recovery-code.used', actor, subject: { kind: 'user', id: user }, details: { left } })
  const message = `A recovery code was used to let in a device. ${left} are left.`
  await raiseAlert(transaction, { organization, kind: 'recovery-code-used', user, device: null, message, actor })
  return true
}
