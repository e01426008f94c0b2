/** Why the heads of a log are not signed. Kept in the database, so that whoever asks any replica is told. */
import { type LogProblem } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'

/** Thrown where signing must not go on. The message is for an administrator. */
export class NotSigned extends Error {
  readonly problem: LogProblem

  constructor(problem: LogProblem, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'NotSigned'
    this.problem = problem
  }
}

/** The same problem keeps its beginning. */
export const keepProblem = async (transaction: Transaction, { problem, message }: NotSigned, now: number): Promise<void> => {
  await transaction.deleteFrom('audit_log_problems').where('problem', '!=', problem).execute()
  await transaction
    .insertInto('audit_log_problems')
    .values({ problem, message: message.slice(0, 500), since: new Date(now) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export const forgetProblem = async (transaction: Transaction): Promise<void> => {
  await transaction.deleteFrom('audit_log_problems').execute()
}
