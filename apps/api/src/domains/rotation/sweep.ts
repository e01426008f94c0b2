/** Rotations that begin by themselves: by schedule, again after a failure, after sessions, and of what a fallen gateway opened. */
import type { RotationReason } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { Author } from '../audit/index.ts'
import { requireCredential } from '../credentials/index.ts'
import { forgetOldJobs, startJob, wakeForDueJobs } from '../gateway-jobs/index.ts'
import { deleteExpiredJobSessions } from '../job-identity/index.ts'
import { beginRotation } from './begin.ts'
import { watchExposed } from './exposed.ts'
import { openedBy, remedy, withSecrets } from './opened.ts'

/** Rotations that one step begins. */
const LIMIT = 100

interface Due {
  readonly credential: string
  readonly reason: RotationReason
}

const notRotating = sql`not exists (select 1 from gateway_jobs as open where open.credential_id = credentials.id
  and open.kind = 'rotate' and open.state in ('waiting', 'taken'))`

/** After a failure the next try waits for its time, whatever else would begin one. */
const notBackingOff = (now: number) => sql`(terms.failures is null or terms.failures = 0 or terms.due_at <= ${new Date(now)})`

const byTime = async (transaction: Transaction, now: number): Promise<Due[]> => {
  const { rows } = await sql<{ id: string; failures: number }>`
    select credentials.id, terms.failures from credential_rotations as terms
    join credentials on credentials.organization_id = terms.organization_id and credentials.id = terms.credential_id
    where terms.due_at <= ${new Date(now)} and ${notRotating} order by terms.due_at limit ${LIMIT}`.execute(transaction)
  return rows.map(({ id, failures }) => ({ credential: id, reason: failures > 0 ? 'retry' : 'schedule' }))
}

const afterSessions = async (transaction: Transaction, now: number): Promise<Due[]> => {
  const { rows } = await sql<{ id: string }>`
    select credentials.id from credential_rotations as terms
    join credentials on credentials.organization_id = terms.organization_id and credentials.id = terms.credential_id
    where terms.after_session and ${notBackingOff(now)} and ${notRotating}
      and ${endedSince(['rotate'])}
    limit ${LIMIT}`.execute(transaction)
  return rows.map(({ id }) => ({ credential: id, reason: 'session' }))
}

/** Of a lease that ended after everything that was last begun for the credential. */
const endedSince = (kinds: readonly string[]) => sql`exists (select 1 from leases where leases.credential_id = credentials.id
  and leases.ended_at > coalesce((select max(created_at) from gateway_jobs where gateway_jobs.credential_id = credentials.id
    and gateway_jobs.kind = any(${kinds})), '-infinity'))`

/** What people did in ways that the gateway cannot see shows when the stored password is tried. A rotation tries it, too. */
const startChecks = async (transaction: Transaction, author: Author): Promise<void> => {
  const { rows } = await sql<{ id: string }>`
    select credentials.id from credential_rotations as terms
    join credentials on credentials.organization_id = terms.organization_id and credentials.id = terms.credential_id
    where terms.check_after_session and not terms.after_session and ${notRotating} and ${endedSince(['rotate', 'test'])}
    limit ${LIMIT}`.execute(transaction)
  for (const { id } of rows) {
    const { userName, secret, secretVersion: version } = await requireCredential(transaction, id)
    const check = { kind: 'test', reason: 'check', credential: id, secret, userName, version, gateway: null } as const
    await startJob(transaction, { ...check, dueAt: author.now }, author)
  }
}

/** Every secret in use whose present version such a gateway opened, or made. */
const afterCompromise = async (transaction: Transaction, author: Author): Promise<Due[]> => {
  const gateways = await watchExposed(transaction, author)
  if (gateways.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select distinct credentials.id from ${withSecrets}
    where ${remedy} = 'rotation' and ${notBackingOff(author.now)} and ${notRotating} and ${openedBy(gateways)}
    limit ${LIMIT}`.execute(transaction)
  return rows.map(({ id }) => ({ credential: id, reason: 'compromise' }))
}

/** One step; `leaseLifetime` in seconds. True: there may be more of it. */
export const sweepRotations = async (
  transaction: Transaction,
  { leaseLifetime, ...author }: Author & { readonly leaseLifetime: number },
): Promise<boolean> => {
  const { now } = author
  const found = [
    ...(await afterCompromise(transaction, author)),
    ...(await byTime(transaction, now)),
    ...(await afterSessions(transaction, now)),
  ]
  const due = new Map(found.toReversed().map((each) => [each.credential, each]))
  for (const { credential, reason } of due.values())
    await beginRotation(transaction, { credential, reason, leaseLifetime }, author)
  await startChecks(transaction, author)
  await wakeForDueJobs(transaction, now)
  await deleteExpiredJobSessions(transaction, now)
  await forgetOldJobs(transaction, now)
  return due.size >= LIMIT
}
