/** Leases and spent tickets; the outbox of audit entries, and the log itself. */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

/** History: a lease outlives what it was for, so that it refers to nothing but its organization. */
const leases = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table leases (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      user_id uuid not null,
      session_id uuid not null,
      device_id uuid not null,
      gateway_id uuid not null,
      resource_id uuid not null,
      credential_id uuid not null,
      secret_id uuid not null,
      secret_version integer not null check (secret_version > 0),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz,
      end_code text check (length(end_code) <= 64),
      revoked boolean not null default false,
      check ((ended_at is null) = (end_code is null)),
      check (not revoked or ended_at is not null)
    )`.execute(migration)
  await sql`create index leases_newest on leases (organization_id, created_at desc, id desc)`.execute(migration)
  await sql`create index leases_live on leases (organization_id, expires_at) where ended_at is null`.execute(migration)
  await sql`create index leases_session on leases (organization_id, session_id) where ended_at is null`.execute(migration)
  await protectTable(migration, 'leases', {
    api: ['select', 'update(expires_at, ended_at, end_code, revoked)'],
    vault: ['select', 'insert', 'update(ended_at, end_code, revoked)'],
  })

  await sql`
    create table spent_tickets (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      jti uuid not null,
      expires_at timestamptz not null,
      primary key (organization_id, jti)
    )`.execute(migration)
  await sql`create index spent_tickets_expiry on spent_tickets (organization_id, expires_at)`.execute(migration)
  await protectTable(migration, 'spent_tickets', { api: ['select', 'insert', 'delete'], vault: ['insert'] })
}

/** Nothing here refers to another table, and nothing refers to it: the log may live in a database of its own. */
const log = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table audit_outbox (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization(),
      position bigint generated always as identity,
      type text not null check (length(type) <= 64),
      at timestamptz not null default clock_timestamp(),
      body text not null check (octet_length(body) <= 65536)
    )`.execute(migration)
  await sql`create index audit_outbox_order on audit_outbox (organization_id, position)`.execute(migration)
  await protectTable(migration, 'audit_outbox', { api: ['insert'], vault: ['insert'], log: ['select', 'delete'] })

  await sql`
    create table audit_logs (
      organization_id uuid primary key default sallyport_organization(),
      size bigint not null default 0 check (size >= 0),
      root bytea check (length(root) = 32)
    )`.execute(migration)
  await protectTable(migration, 'audit_logs', { log: ['select', 'insert', 'update(size, root)'] })

  // No update, no delete: not even the log role rewrites what it numbered.
  await sql`
    create table audit_entries (
      organization_id uuid not null default sallyport_organization(),
      index bigint not null check (index >= 0),
      id uuid not null,
      type text not null check (length(type) <= 64),
      at timestamptz not null,
      user_id uuid,
      entry bytea not null check (length(entry) <= 65536),
      leaf bytea not null check (length(leaf) = 32),
      primary key (organization_id, index),
      unique (organization_id, id)
    )`.execute(migration)
  await sql`create index audit_entries_type on audit_entries (organization_id, type, index desc)`.execute(migration)
  await sql`create index audit_entries_user on audit_entries (organization_id, user_id, index desc)`.execute(migration)
  await sql`create index audit_entries_time on audit_entries (organization_id, at)`.execute(migration)
  await protectTable(migration, 'audit_entries', { log: ['select', 'insert'] })

  await sql`
    create table receipt_keys (
      organization_id uuid not null default sallyport_organization(),
      id text not null check (length(id) = 43),
      public_key bytea not null,
      wrapped bytea not null,
      created_at timestamptz not null default clock_timestamp(),
      primary key (organization_id, id)
    )`.execute(migration)
  await protectTable(migration, 'receipt_keys', { log: ['select', 'insert'] })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await leases(migration)
  await log(migration)
}
