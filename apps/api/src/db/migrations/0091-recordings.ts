/** Recordings that gateways encrypted to the recipients of an organization: who may read them is not up to us. */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  // Without a body: its gateway keeps it.
  await sql`
    create table recordings (
      organization_id uuid not null default sallyport_organization(),
      digest text not null check (length(digest) = 43),
      stream uuid not null,
      first bigint not null check (first >= 0),
      gateway_id uuid not null,
      user_id uuid not null,
      at timestamptz(3) not null,
      kept text not null check (kept in ('api', 'gateway', 'both')),
      body bytea check (length(body) <= 2097152),
      primary key (organization_id, digest)
    )`.execute(migration)
  await sql`create index recordings_newest on recordings (organization_id, at desc, digest desc)`.execute(migration)
  await sql`create index recordings_user on recordings (organization_id, user_id)`.execute(migration)
  await protectTable(migration, 'recordings', { api: ['select', 'insert', 'delete'] })
}
