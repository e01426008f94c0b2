/** Which gateways are compromised and have opened what is in use still, who made a pending password, and an index of what was opened. */
import { type Kysely, sql } from 'kysely'
import { databaseRoleName } from '../roles.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table gateways add column secrets_exposed boolean not null default false`.execute(migration)
  // Rows of all organizations: within this transaction the owner is not kept from them.
  await sql`alter table gateways no force row level security`.execute(migration)
  await sql`update gateways set secrets_exposed = true where compromised_at is not null`.execute(migration)
  await sql`alter table gateways force row level security`.execute(migration)
  await sql`alter table gateway_jobs add column stored_by uuid`.execute(migration)
  await sql`alter table gateway_jobs no force row level security`.execute(migration)
  await sql`update gateway_jobs set stored_by = gateway_id where pending_version is not null`.execute(migration)
  await sql`alter table gateway_jobs force row level security`.execute(migration)
  await sql`grant update(stored_by) on gateway_jobs to ${sql.ref(databaseRoleName('vault'))}`.execute(migration)
  await sql`create index leases_opened on leases (organization_id, gateway_id, secret_id, secret_version)`.execute(migration)
}
