/** A sink takes the log, activity, or both: each of its streams has its own place, and fails on its own. */
import { type Kysely, sql } from 'kysely'
import { grantExecute, letOwnerRead, protectTable } from '../protect-table.ts'

const moved = ['next', 'delivered_at', 'failures', 'failing_since', 'problem', 'retry_at', 'told']

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table sinks add unique (organization_id, id)`.execute(migration)
  await sql`
    create table sink_streams (
      organization_id uuid not null default sallyport_organization(),
      sink_id uuid not null,
      stream text not null check (stream in ('log', 'activity')),
      next bigint not null check (next >= 0),
      delivered_at timestamptz,
      failures integer not null default 0 check (failures >= 0),
      failing_since timestamptz,
      problem text check (length(problem) <= 500),
      retry_at timestamptz,
      told boolean not null default false,
      primary key (organization_id, sink_id, stream),
      foreign key (organization_id, sink_id) references sinks (organization_id, id) on delete cascade,
      check ((failing_since is null) = (problem is null)),
      check ((failing_since is null) = (retry_at is null))
    )`.execute(migration)
  const columns = sql.join(moved.map((column) => sql.ref(column)))
  await sql`
    insert into sink_streams (organization_id, sink_id, stream, ${columns})
    select organization_id, id, 'log', ${columns} from sinks`.execute(migration)
  await protectTable(migration, 'sink_streams', {
    api: ['select', 'insert', 'update(next, delivered_at, failures, failing_since, problem, retry_at, told)'],
  })
  await letOwnerRead(migration, 'sink_streams')
  for (const column of moved) await sql`alter table sinks drop column ${sql.ref(column)}`.execute(migration)
  await sql`drop function list_sinks()`.execute(migration)
  await sql`
    create function list_sink_streams() returns table (organization uuid, sink uuid, stream text) language sql stable security definer
    set search_path = pg_catalog, public
    as $$
      select streams.organization_id, streams.sink_id, streams.stream from public.sink_streams as streams
      join public.sinks on sinks.organization_id = streams.organization_id and sinks.id = streams.sink_id
      where sinks.enabled order by streams.sink_id, streams.stream
    $$`.execute(migration)
  await grantExecute(migration, 'list_sink_streams()', ['api'])
}
