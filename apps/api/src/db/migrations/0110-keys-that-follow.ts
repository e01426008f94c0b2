/**
 * Authorities that follow one another with an overlap, data keys that are made anew, and keys that do not open: found once,
 * told once, and tried again later without standing in the way of the others.
 */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

const authorities = async (migration: Kysely<unknown>): Promise<void> => {
  // `cross`: a root as the root before it certified it, for those who have pinned that one.
  await sql`alter table authority_certificates drop constraint authority_certificates_kind_check`.execute(migration)
  await sql`
    alter table authority_certificates
      add constraint authority_certificates_kind_check check (kind in ('root', 'issuer', 'cross')),
      add column signs_from timestamptz,
      add column retires_at timestamptz`.execute(migration)
  await sql`grant update(retires_at), delete on authority_certificates to sallyport_api`.execute(migration)
  await sql`
    create or replace function list_authority_certificates() returns setof bytea language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select certificate from public.authority_certificates where kind <> 'cross' order by organization_id, created_at $$`.execute(
    migration,
  )
}

const dataKeys = async (migration: Kysely<unknown>): Promise<void> => {
  for (const table of ['vault_keys', 'activity_keys', 'secret_versions']) {
    // When its data key was made, as far as it is known: what is there already counts as of today.
    await sql`alter table ${sql.table(table)} add column sealed_at timestamptz not null default clock_timestamp()`.execute(
      migration,
    )
    await sql`grant update(sealed_at) on ${sql.table(table)} to sallyport_vault`.execute(migration)
  }
  await sql`
    create table data_key_rotations (
      organization_id uuid primary key default sallyport_organization(),
      started_at timestamptz not null,
      finished_at timestamptz
    )`.execute(migration)
  await protectTable(migration, 'data_key_rotations', { vault: ['select', 'insert', 'update(started_at, finished_at)'] })
}

const unopened = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table unopened_keys (
      organization_id uuid not null default sallyport_organization(),
      digest bytea not null check (length(digest) = 32),
      name text not null check (length(name) <= 200),
      found_at timestamptz not null,
      tried_at timestamptz not null,
      primary key (organization_id, digest)
    )`.execute(migration)
  await protectTable(migration, 'unopened_keys', { vault: ['select', 'insert', 'update(tried_at)', 'delete'] })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await authorities(migration)
  await dataKeys(migration)
  await unopened(migration)
}
