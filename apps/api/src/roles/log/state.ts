/** The log as it stands: head, keys, witnesses, problem. */
import { formatNoteKey } from '@sallyport/audit-log'
import type { LogProblem, LogState } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { readLogWitnesses } from '../../domains/log-witnesses/index.ts'
import { checkpointKeys, originOf } from './checkpoint-keys.ts'
import type { LogParts } from './parts.ts'

const readWitnesses = async (transaction: Transaction): Promise<Pick<LogState, 'quorum' | 'witnesses'>> => {
  const { witnesses, quorum } = await readLogWitnesses(transaction)
  const heads = await transaction.selectFrom('witness_heads').selectAll().execute()
  return {
    quorum,
    witnesses: witnesses.map((witness) => {
      const head = heads.find(({ key }) => key === witness.key)
      return {
        ...witness,
        size: head === undefined ? null : Number(head.size),
        answeredAt: head?.answered_at.toISOString() ?? null,
        problem: head?.problem ?? null,
      }
    }),
  }
}

const readCheckpoints = async (transaction: Transaction): Promise<Pick<LogState, 'checkpoint' | 'witnessed'>> => {
  const row = await transaction.selectFrom('audit_checkpoints').selectAll().executeTakeFirst()
  if (row === undefined) return { checkpoint: null, witnessed: null }
  return {
    checkpoint: { size: Number(row.size), note: row.note, signedAt: row.signed_at.toISOString() },
    witnessed: row.witnessed_note === null ? null : { size: Number(row.witnessed_size), note: row.witnessed_note },
  }
}

export const readLogState = ({ pool }: Pick<LogParts, 'pool'>, organization: string): Promise<LogState> =>
  withOrganization(pool, organization, async (transaction) => {
    const head = await transaction.selectFrom('audit_logs').select('size').executeTakeFirst()
    const problem = await transaction.selectFrom('audit_log_problems').selectAll().executeTakeFirst()
    return {
      origin: originOf(organization),
      keys: (await checkpointKeys(transaction, organization)).map(formatNoteKey),
      size: Number(head?.size ?? 0),
      ...(await readCheckpoints(transaction)),
      ...(await readWitnesses(transaction)),
      problem:
        problem === undefined
          ? null
          : { code: problem.problem as LogProblem, message: problem.message, since: problem.since.toISOString() },
    }
  })
