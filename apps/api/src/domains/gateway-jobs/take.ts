/** Handing out jobs: each to one gateway at a time, and again to another one when that one fell silent. */
import { randomUUID } from 'node:crypto'
import { JOB_TIME } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'

/**
 * Milliseconds after which a job is anybody's again. A gateway gives up long before, and the resource itself ends the transaction
 * of one that was stopped in the middle of changing a password.
 */
export const STALE = JOB_TIME + 15_000
/** Milliseconds for which somebody waits for a test. */
const TEST_TIME = 25_000

export interface TakenJob {
  readonly id: string
  readonly take: string
  readonly kind: 'rotate' | 'test'
  readonly credential: string
  /** Whether a password was stored that may be the one that works. */
  readonly pending: boolean
  /** Whether the secret lies in a third-party store. */
  readonly isStored: boolean
}

interface WaitingRow {
  readonly id: string
  readonly kind: 'rotate' | 'test'
  readonly credential_id: string
  readonly pending_version: number | null
  /** The login and secret that a rotation changes now: the second one where there are two. */
  readonly secret_id: string
  readonly user_name: string
  readonly version: number
  readonly is_stored: boolean
}

const nextJob = async (transaction: Transaction, gateway: string, now: number): Promise<WaitingRow | undefined> => {
  const { rows } = await sql<WaitingRow>`
    select gateway_jobs.id, gateway_jobs.kind, gateway_jobs.credential_id, gateway_jobs.pending_version,
      secrets.id as secret_id, secrets.version, secrets.store_id is not null as is_stored,
      case when secrets.id = credentials.secret_id then credentials.user_name else terms.second_user_name end as user_name
    from gateway_jobs
    join credentials on credentials.organization_id = gateway_jobs.organization_id and credentials.id = gateway_jobs.credential_id
    join resources on resources.organization_id = credentials.organization_id and resources.id = credentials.resource_id
    join gateway_sites on gateway_sites.organization_id = resources.organization_id and gateway_sites.site_id = resources.site_id
    left join credential_rotations as terms
      on terms.organization_id = credentials.organization_id and terms.credential_id = credentials.id
    join secrets on secrets.organization_id = credentials.organization_id and secrets.id =
      case when gateway_jobs.kind = 'rotate' then coalesce(terms.second_secret_id, credentials.secret_id) else gateway_jobs.secret_id end
    where gateway_sites.gateway_id = ${gateway} and gateway_jobs.due_at <= ${new Date(now)}
      and (gateway_jobs.wanted_gateway_id is null or gateway_jobs.wanted_gateway_id = ${gateway})
      and (gateway_jobs.state = 'waiting' and (gateway_jobs.kind = 'rotate' or gateway_jobs.reason = 'check' or gateway_jobs.created_at > ${new Date(now - TEST_TIME)})
        or gateway_jobs.state = 'taken' and gateway_jobs.kind = 'rotate' and gateway_jobs.taken_at < ${new Date(now - STALE)})
    order by gateway_jobs.kind = 'test' and gateway_jobs.reason <> 'check' desc, gateway_jobs.due_at, gateway_jobs.id
    limit 1 for update of gateway_jobs skip locked`.execute(transaction)
  return rows[0]
}

export const mayTakeJob = async (transaction: Transaction, gateway: string, now: number): Promise<boolean> =>
  (await nextJob(transaction, gateway, now)) !== undefined

/** Null when nothing waits for this gateway. */
export const takeNextJob = async (
  transaction: Transaction,
  gateway: string,
  { actor, now }: Author,
): Promise<TakenJob | null> => {
  const row = await nextJob(transaction, gateway, now)
  if (row === undefined) return null
  const take = randomUUID()
  const pending = row.pending_version !== null
  await transaction
    .updateTable('gateway_jobs')
    .set((column) => ({
      state: 'taken',
      gateway_id: gateway,
      take_id: take,
      taken_at: new Date(now),
      attempts: column('attempts', '+', 1),
      // What was begun is settled for the login and version that it was begun for.
      ...(pending ? {} : { secret_id: row.secret_id, user_name: row.user_name, base_version: row.version }),
    }))
    .where('id', '=', row.id)
    .execute()
  await recordAudit(transaction, {
    type: 'job.taken',
    actor,
    subject: { kind: 'credential', id: row.credential_id },
    details: { job: row.id, kind: row.kind, take, pending },
    at: now,
  })
  return { id: row.id, take, kind: row.kind, credential: row.credential_id, pending, isStored: row.is_stored }
}
