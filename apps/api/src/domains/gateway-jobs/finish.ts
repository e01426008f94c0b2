/** What came of tests. What came of rotations is the vault's to settle, because it promotes or discards a password. */
import { type ErrorCode, type ProbeStep, SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlertOnce } from '../alerts/index.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { wakeGateway } from '../probes/index.ts'

const REFUSED: ErrorCode = 'resource_sign_in_failed'

/** Names one taking of a job by one gateway. */
export interface Taking {
  readonly job: string
  readonly take: string
  readonly gateway: string
}

/** The job, locked, as this gateway has it now. Throws `not_found`, or `conflict` when another taking followed or it is over. */
export const lockTakenJob = async (transaction: Transaction, { job, take, gateway }: Taking) => {
  const row = await transaction.selectFrom('gateway_jobs').selectAll().where('id', '=', job).forUpdate().executeTakeFirst()
  if (row?.gateway_id !== gateway) throw new SallyportError('not_found', { message: 'This gateway has no such job.' })
  if (row.state !== 'taken' || row.take_id !== take) {
    throw new SallyportError('conflict', { message: 'The job is over, or another gateway has it now.' })
  }
  return row
}

/** Of a rotation or a test. */
export const kindOfTakenJob = async (transaction: Transaction, taking: Taking): Promise<'rotate' | 'test'> =>
  (await lockTakenJob(transaction, taking)).kind

export const finishTest = async (
  transaction: Transaction,
  { steps, ...taking }: Taking & { readonly steps: readonly ProbeStep[] },
  { organization, actor, now }: Author,
): Promise<void> => {
  const job = await lockTakenJob(transaction, taking)
  if (job.kind !== 'test') throw new SallyportError('conflict', { message: 'The job is not a test.' })
  const failed = steps.find(({ ok }) => !ok) ?? null
  await transaction
    .updateTable('gateway_jobs')
    .set({
      state: failed === null ? 'done' : 'failed',
      code: failed?.code ?? null,
      message: failed?.detail.slice(0, 300) ?? null,
      steps: JSON.stringify(steps),
      finished_at: new Date(now),
    })
    .where('id', '=', taking.job)
    .execute()
  const subject = { kind: 'credential', id: job.credential_id }
  const details = { job: taking.job, kind: 'test', ok: failed === null, code: failed?.code ?? null } as const
  await recordAudit(transaction, { type: 'job.finished', actor, subject, details, at: now })
  if (job.reason === 'check' && failed?.code === REFUSED) {
    await raiseAlertOnce(transaction, {
      organization,
      kind: 'credential-refused',
      user: null,
      device: null,
      message: `The resource refuses the stored password of ${job.user_name} (credential ${job.credential_id}): somebody changed it there.`,
      actor,
      now,
    })
  }
  await wakeGateway(transaction, taking.gateway)
}

/** What a test found; null while it is not over. */
export const stepsOfTest = async (transaction: Transaction, job: string): Promise<readonly ProbeStep[] | null> => {
  const row = await transaction.selectFrom('gateway_jobs').select('steps').where('id', '=', job).executeTakeFirst()
  return row?.steps ?? null
}

/** Milliseconds that jobs which are over are kept. */
const KEPT = 30 * 86_400_000
const DAY = 86_400_000

/**
 * Tests that nobody did, and what was over long ago. The last job for which a gateway opened or made what is in use stays: it says who
 * did, if that gateway turns out to be compromised.
 */
export const forgetOldJobs = async (transaction: Transaction, now: number): Promise<void> => {
  await sql`
    delete from gateway_jobs as old
    where old.kind = 'test' and old.state in ('waiting', 'taken') and old.created_at < ${new Date(now - DAY)}
      or old.finished_at < ${new Date(now - KEPT)} and not exists (
        select 1 from secrets where secrets.organization_id = old.organization_id and secrets.id = old.secret_id
          and secrets.version in (old.base_version, old.pending_version)
          and not exists (select 1 from gateway_jobs as newer where newer.credential_id = old.credential_id
            and newer.secret_id = old.secret_id and (newer.gateway_id, newer.stored_by, newer.base_version, newer.pending_version)
              is not distinct from (old.gateway_id, old.stored_by, old.base_version, old.pending_version)
            and (newer.created_at, newer.id) > (old.created_at, old.id)))`.execute(transaction)
}
