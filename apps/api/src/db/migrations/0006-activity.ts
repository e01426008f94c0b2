/**
 * Activity: streams and batches of gateways, the keys of its bodies, and the records themselves, one partition for each month.
 * What is searched by is in clear; what was done is encrypted.
 */
import { type Kysely, sql } from 'kysely'
import { grantExecute, protectTable } from '../protect-table.ts'

const streams = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table activity_streams (
      organization_id uuid not null default sallyport_organization(),
      stream uuid not null,
      gateway_id uuid not null,
      next bigint not null check (next >= 0),
      digest bytea not null check (length(digest) = 32),
      began_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (organization_id, stream),
      foreign key (organization_id, gateway_id) references gateways (organization_id, id) on delete cascade
    )`.execute(migration)
  await sql`create index activity_streams_gateway on activity_streams (organization_id, gateway_id)`.execute(migration)
  await protectTable(migration, 'activity_streams', { api: ['select', 'insert', 'update(next, digest, updated_at)'] })

  await sql`
    create table activity_batches (
      organization_id uuid not null default sallyport_organization(),
      stream uuid not null,
      first bigint not null check (first >= 0),
      count integer not null check (count > 0),
      digest bytea not null check (length(digest) = 32),
      received_at timestamptz not null,
      primary key (organization_id, stream, first),
      foreign key (organization_id, stream) references activity_streams (organization_id, stream) on delete cascade
    )`.execute(migration)
  await sql`create index activity_batches_age on activity_batches (organization_id, received_at)`.execute(migration)
  await protectTable(migration, 'activity_batches', { api: ['select', 'insert', 'delete'] })

  // The API role may end a period's key, which ends all bodies of the period; only the vault reads it.
  await sql`
    create table activity_keys (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      period text not null check (period ~ '^[0-9]{4}-[0-9]{2}$'),
      id uuid not null,
      wrapped bytea not null check (length(wrapped) <= 8192),
      created_at timestamptz not null default clock_timestamp(),
      primary key (organization_id, period)
    )`.execute(migration)
  await protectTable(migration, 'activity_keys', {
    api: ['select(organization_id, period, id)', 'delete'],
    vault: ['select', 'insert'],
  })
}

const records = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table activity (
      organization_id uuid not null default sallyport_organization(),
      at timestamptz(3) not null,
      stream uuid not null,
      number bigint not null,
      received_at timestamptz not null,
      kind text not null check (length(kind) <= 32),
      user_id uuid not null,
      session_id uuid not null,
      device_id uuid not null,
      gateway_id uuid not null,
      lease_id uuid not null,
      connection_id uuid not null,
      resource_id uuid not null,
      credential_id uuid not null,
      key_id uuid not null,
      body bytea not null,
      primary key (organization_id, at, stream, number)
    ) partition by range (at)`.execute(migration)
  for (const column of ['user_id', 'resource_id', 'session_id', 'connection_id']) {
    await sql`create index ${sql.ref(`activity_${column}`)} on activity (organization_id, ${sql.ref(column)}, at)`.execute(
      migration,
    )
  }
  await protectTable(migration, 'activity', { api: ['select', 'insert', 'delete'] })
}

/**
 * The API role owns no table, so that partitions are made and dropped by the owner's functions. Nobody has a privilege on a
 * partition itself: its rows are reached through `activity` and its policy only.
 */
const partitions = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create function ensure_activity_partition(month date) returns void language plpgsql security definer
    set search_path = pg_catalog, public as $$
    declare
      first_day date := date_trunc('month', month)::date;
      name text := 'activity_' || to_char(date_trunc('month', month), 'YYYYMM');
    begin
      if to_regclass('public.' || name) is not null then return; end if;
      perform pg_advisory_xact_lock(hashtext('sallyport activity partitions'));
      if to_regclass('public.' || name) is not null then return; end if;
      execute format('create table public.%I (like public.activity including defaults including constraints)', name);
      execute format('alter table public.%I enable row level security', name);
      execute format('alter table public.%I force row level security', name);
      execute format('alter table public.activity attach partition public.%I for values from (%L) to (%L)',
        name, first_day::timestamp at time zone 'UTC', (first_day + interval '1 month') at time zone 'UTC');
    end $$`.execute(migration)
  await grantExecute(migration, 'ensure_activity_partition(date)', ['api'])

  // Only what is past every organization's retention at that moment.
  await sql`
    create function drop_activity_partitions(moment timestamptz) returns integer language plpgsql security definer
    set search_path = pg_catalog, public as $$
    declare
      partition record;
      longest integer;
      dropped integer := 0;
    begin
      select coalesce(max((settings->>'activityRetentionDays')::integer), 3650) into longest from public.organizations;
      perform pg_advisory_xact_lock(hashtext('sallyport activity partitions'));
      for partition in
        select child.relname as name, to_date(right(child.relname, 6), 'YYYYMM') as first_day
        from pg_inherits join pg_class child on child.oid = inhrelid
        where inhparent = 'public.activity'::regclass
      loop
        if (partition.first_day + interval '1 month') at time zone 'UTC' < moment - make_interval(days => longest) then
          execute format('drop table public.%I', partition.name);
          dropped := dropped + 1;
        end if;
      end loop;
      return dropped;
    end $$`.execute(migration)
  await grantExecute(migration, 'drop_activity_partitions(timestamptz)', ['api'])
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await streams(migration)
  await records(migration)
  await partitions(migration)
}
