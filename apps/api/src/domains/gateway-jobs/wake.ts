import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { wakeGateway } from '../probes/index.ts'
import { STALE } from './take.ts'

/** Gateways with a link that may take any of the jobs, by id. */
const gatewaysThatMayTake = async (transaction: Transaction, jobs: readonly string[]): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`
    select distinct gateways.id from gateway_jobs
    join credentials on credentials.organization_id = gateway_jobs.organization_id and credentials.id = gateway_jobs.credential_id
    join resources on resources.organization_id = credentials.organization_id and resources.id = credentials.resource_id
    join gateway_sites on gateway_sites.organization_id = resources.organization_id and gateway_sites.site_id = resources.site_id
    join gateways on gateways.organization_id = gateway_sites.organization_id and gateways.id = gateway_sites.gateway_id
    where gateway_jobs.id = any(${jobs}::uuid[]) and gateways.status = 'joined' and gateways.link_id is not null
      and (gateway_jobs.wanted_gateway_id is null or gateway_jobs.wanted_gateway_id = gateways.id)`.execute(transaction)
  return rows.map(({ id }) => id)
}

export const wakeGatewaysOfJob = async (transaction: Transaction, job: string): Promise<void> => {
  for (const gateway of await gatewaysThatMayTake(transaction, [job])) await wakeGateway(transaction, gateway)
}

/** Tells gateways again of everything that is due: a wake-up may be lost, and time makes what waited due. */
export const wakeForDueJobs = async (transaction: Transaction, now: number): Promise<void> => {
  const due = await transaction
    .selectFrom('gateway_jobs')
    .select('id')
    .where('state', 'in', ['waiting', 'taken'])
    .where('due_at', '<=', new Date(now))
    .where((column) => column.or([column('state', '=', 'waiting'), column('taken_at', '<', new Date(now - STALE))]))
    .orderBy('due_at')
    .limit(100)
    .execute()
  if (due.length === 0) return
  const jobs = due.map(({ id }) => id)
  for (const gateway of await gatewaysThatMayTake(transaction, jobs)) await wakeGateway(transaction, gateway)
}
