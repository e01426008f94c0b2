/** Where the log is sent as it grows. Each sink has its own place in it; what it needs to send rests sealed, and the vault opens it. */
import { type Kysely, sql } from 'kysely'
import { grantExecute, letOwnerRead, protectTable } from '../protect-table.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table sinks (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      name text not null check (length(name) between 1 and 120),
      destination jsonb not null,
      secret bytea check (length(secret) <= 16384),
      sealed_at timestamptz not null default clock_timestamp(),
      enabled boolean not null default true,
      created_at timestamptz not null,
      next bigint not null check (next >= 0),
      delivered_at timestamptz,
      failures integer not null default 0 check (failures >= 0),
      failing_since timestamptz,
      problem text check (length(problem) <= 500),
      retry_at timestamptz,
      told boolean not null default false,
      unique (organization_id, name),
      check ((failing_since is null) = (problem is null)),
      check ((failing_since is null) = (retry_at is null))
    )`.execute(migration)
  await protectTable(migration, 'sinks', {
    api: [
      'select',
      'insert',
      'update(name, enabled, next, delivered_at, failures, failing_since, problem, retry_at, told)',
      'delete',
    ],
    vault: ['select(organization_id, id, destination, secret, sealed_at)', 'update(secret, sealed_at)'],
  })
  await letOwnerRead(migration, 'sinks')
  // Ids only: whoever sends needs to know where there is something to send.
  await sql`
    create function list_sinks() returns table (organization uuid, sink uuid) language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select organization_id, id from public.sinks where enabled order by id $$`.execute(migration)
  await grantExecute(migration, 'list_sinks()', ['api'])
}
