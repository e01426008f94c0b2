/** Gateways with their sites and join tokens, numbered revocations, alerts, and what agents are told over their event socket. */
import { type Kysely, sql } from 'kysely'
import { grantExecute, letOwnerRead, protectTable } from '../protect-table.ts'

const gateways = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table gateways (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      name text not null check (length(name) between 1 and 120),
      kind text not null check (kind in ('gateway', 'relay')),
      host text check (length(host) between 1 and 253),
      port integer check (port between 1 and 65535),
      status text not null check (status in ('joined', 'revoked')),
      public_key bytea not null,
      version text not null check (length(version) <= 64),
      certificate_expires_at timestamptz not null,
      link_id uuid,
      last_seen_at timestamptz,
      joined_at timestamptz not null,
      revoked_at timestamptz,
      unique (organization_id, id),
      check ((host is null) = (port is null)),
      check ((status = 'revoked') = (revoked_at is not null))
    )`.execute(migration)
  await sql`create unique index gateways_name on gateways (organization_id, name) where status = 'joined'`.execute(migration)
  await sql`create unique index gateways_key on gateways (organization_id, public_key)`.execute(migration)
  await protectTable(migration, 'gateways', {
    api: ['select', 'insert', 'update'],
    vault: ['select'],
  })

  await sql`
    create table gateway_sites (
      organization_id uuid not null default sallyport_organization(),
      gateway_id uuid not null,
      site_id uuid not null,
      primary key (organization_id, gateway_id, site_id),
      foreign key (organization_id, gateway_id) references gateways (organization_id, id) on delete cascade,
      foreign key (organization_id, site_id) references sites (organization_id, id)
    )`.execute(migration)
  await sql`create index gateway_sites_site on gateway_sites (organization_id, site_id)`.execute(migration)
  await protectTable(migration, 'gateway_sites', { api: ['select', 'insert', 'delete'], vault: ['select'] })

  await sql`
    create table gateway_join_tokens (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      secret_hash bytea not null unique check (length(secret_hash) = 32),
      name text not null check (length(name) between 1 and 120),
      kind text not null check (kind in ('gateway', 'relay')),
      sites uuid[] not null check (cardinality(sites) between 1 and 64),
      host text,
      port integer,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      gateway_id uuid,
      check ((host is null) = (port is null)),
      check ((used_at is null) = (gateway_id is null))
    )`.execute(migration)
  await protectTable(migration, 'gateway_join_tokens', { api: ['select', 'insert', 'update(used_at, gateway_id)', 'delete'] })
  await letOwnerRead(migration, 'gateway_join_tokens')

  // A gateway that joins only has its secret: this says whose token it is, and nothing else about it.
  await sql`
    create function find_join_token(wanted bytea) returns uuid language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select organization_id from public.gateway_join_tokens where secret_hash = wanted $$`.execute(migration)
  await grantExecute(migration, 'find_join_token(bytea)', ['api'])
}

const revocations = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table revocations (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      number bigint not null check (number > 0),
      subject_kind text not null check (subject_kind in ('session', 'device', 'user', 'credential', 'lease', 'gateway')),
      subject_id uuid not null,
      code text not null check (length(code) <= 64),
      at timestamptz not null default clock_timestamp(),
      primary key (organization_id, number)
    )`.execute(migration)
  await protectTable(migration, 'revocations', { api: ['select', 'insert', 'delete'], vault: ['select', 'insert'] })
}

const alertsAndEvents = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table alerts (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      at timestamptz(3) not null default clock_timestamp(),
      kind text not null check (length(kind) <= 64),
      user_id uuid,
      device_id uuid,
      message text not null check (length(message) <= 500)
    )`.execute(migration)
  await sql`create index alerts_newest on alerts (organization_id, at desc, id desc)`.execute(migration)
  await protectTable(migration, 'alerts', { api: ['select', 'insert'], vault: ['select', 'insert'] })

  await sql`
    create table event_versions (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      topic text not null check (length(topic) <= 32),
      version bigint not null,
      primary key (organization_id, topic)
    )`.execute(migration)
  const privileges = ['select', 'insert', 'update'] as const
  await protectTable(migration, 'event_versions', { api: privileges, vault: privileges, log: privileges })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await gateways(migration)
  await revocations(migration)
  await alertsAndEvents(migration)
}
