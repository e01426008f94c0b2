/** Which streams a sink takes may be changed: one that is not sent any longer keeps its place, and goes on from there. */
import { type Kysely, sql } from 'kysely'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table sink_streams add column sent boolean not null default true`.execute(migration)
  await sql`grant update(sent) on sink_streams to sallyport_api`.execute(migration)
  await sql`
    create or replace function list_sink_streams() returns table (organization uuid, sink uuid, stream text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
      select streams.organization_id, streams.sink_id, streams.stream from public.sink_streams as streams
      join public.sinks on sinks.organization_id = streams.organization_id and sinks.id = streams.sink_id
      where sinks.enabled and streams.sent order by streams.sink_id, streams.stream
    $$`.execute(migration)
}
