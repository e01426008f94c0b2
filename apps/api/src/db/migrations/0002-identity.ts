/** Users, invitations, devices, sessions, certificates, and what is spent once: nonces, challenges, attempts to sign in. */
import { type Kysely, sql } from 'kysely'
import { grantExecute, grantShared, letOwnerRead, protectTable } from '../protect-table.ts'

const users = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table users (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      email text not null check (length(email) between 3 and 254 and email = lower(email)),
      first_name text not null check (length(first_name) between 1 and 120),
      last_name text not null check (length(last_name) between 1 and 120),
      status text not null check (status in ('invited', 'active', 'disabled')),
      password_hash text check (length(password_hash) <= 512),
      created_at timestamptz not null,
      last_sign_in_at timestamptz,
      deleted_at timestamptz,
      unique (organization_id, id),
      check (deleted_at is null or (status = 'disabled' and password_hash is null))
    )`.execute(migration)
  await sql`create unique index users_email on users (organization_id, email) where deleted_at is null`.execute(migration)
  await protectTable(migration, 'users', {
    api: ['select', 'insert', 'update'],
    vault: ['select(id, organization_id, status, deleted_at)'],
  })

  await sql`
    create table invitations (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization(),
      user_id uuid not null,
      code_hash bytea not null check (length(code_hash) = 32),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      unique (organization_id, code_hash),
      unique (organization_id, user_id),
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
    )`.execute(migration)
  await protectTable(migration, 'invitations', { api: ['select', 'insert', 'update', 'delete'] })
}

const devicesAndSessions = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table devices (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization(),
      user_id uuid not null,
      key_id text not null check (length(key_id) = 43),
      public_key bytea not null check (length(public_key) = 91),
      status text not null check (status in ('pending', 'active', 'revoked')),
      facts jsonb not null,
      fingerprint jsonb not null,
      state_counter integer check (state_counter > 0),
      state_hash bytea check (length(state_hash) = 32),
      state_used boolean not null default false,
      previous_state_counter integer,
      previous_state_hash bytea,
      enrolled_at timestamptz not null,
      last_seen_at timestamptz,
      unique (organization_id, id),
      unique (organization_id, user_id, key_id),
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
      check ((state_counter is null) = (state_hash is null)),
      check ((previous_state_counter is null) = (previous_state_hash is null))
    )`.execute(migration)
  await sql`create index devices_key on devices (key_id)`.execute(migration)
  await protectTable(migration, 'devices', {
    api: ['select', 'insert', 'update'],
    vault: [
      'select',
      'update(state_counter, state_hash, state_used, previous_state_counter, previous_state_hash, last_seen_at, status)',
    ],
  })
  await letOwnerRead(migration, 'devices')

  await sql`
    create table sessions (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization(),
      user_id uuid not null,
      device_id uuid not null,
      label text not null check (label ~ '^[a-z0-9]{8}$'),
      key_id text not null unique check (length(key_id) = 43),
      public_key bytea not null check (length(public_key) = 91),
      status text not null check (status in ('active', 'ended', 'revoked', 'expired')),
      end_code text check (length(end_code) <= 64),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      last_used_at timestamptz not null,
      address text not null check (length(address) <= 64),
      unique (organization_id, id),
      unique (organization_id, label),
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
      foreign key (organization_id, device_id) references devices (organization_id, id) on delete cascade
    )`.execute(migration)
  await sql`create index sessions_device on sessions (organization_id, device_id) where status = 'active'`.execute(migration)
  await sql`create index sessions_user on sessions (organization_id, user_id) where status = 'active'`.execute(migration)
  await sql`create index sessions_newest on sessions (organization_id, created_at desc, id desc)`.execute(migration)
  await protectTable(migration, 'sessions', {
    api: ['select', 'insert', 'update'],
    vault: ['select', 'update(status, end_code, last_used_at)'],
  })
  await letOwnerRead(migration, 'sessions')

  // A signed call names keys only. A key id is a hash of the key, so that every row of one id holds the same key.
  await sql`
    create function find_device_key(wanted text) returns bytea language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select public_key from public.devices where key_id = wanted limit 1 $$`.execute(migration)
  await grantExecute(migration, 'find_device_key(text)', ['api', 'vault'])
  await sql`
    create function find_session_by_key(wanted text) returns table (organization_id uuid, session_id uuid, public_key bytea)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select organization_id, id, public_key from public.sessions where key_id = wanted $$`.execute(migration)
  await grantExecute(migration, 'find_session_by_key(text)', ['api', 'vault'])
}

const spentOnce = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table nonces (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      nonce text not null check (length(nonce) = 22),
      expires_at timestamptz not null,
      primary key (organization_id, nonce)
    )`.execute(migration)
  await sql`create index nonces_expiry on nonces (organization_id, expires_at)`.execute(migration)
  await protectTable(migration, 'nonces', { api: ['select', 'insert', 'delete'], vault: ['select', 'insert'] })

  await sql`
    create table sign_in_challenges (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      challenge_hash bytea not null check (length(challenge_hash) = 32),
      expires_at timestamptz not null,
      primary key (organization_id, challenge_hash)
    )`.execute(migration)
  await protectTable(migration, 'sign_in_challenges', { api: ['select', 'insert', 'delete'] })

  await sql`
    create table sign_in_attempts (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      bucket bytea not null check (length(bucket) = 32),
      failures integer not null check (failures > 0),
      window_ends_at timestamptz not null,
      primary key (organization_id, bucket)
    )`.execute(migration)
  await protectTable(migration, 'sign_in_attempts', { api: ['select', 'insert', 'update', 'delete'] })
}

const authority = async (migration: Kysely<unknown>): Promise<void> => {
  // Only the root of the API's own servers: public, and of no organization.
  await sql`
    create table deployment_certificates (
      key_id text primary key check (length(key_id) = 43),
      certificate bytea not null,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(migration)
  await grantShared(migration, 'deployment_certificates', { api: ['select', 'insert'] })

  await sql`
    create table authority_certificates (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      kind text not null check (kind in ('root', 'issuer')),
      key_id text not null check (length(key_id) = 43),
      certificate bytea not null,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(migration)
  await sql`create index authority_certificates_kind on authority_certificates (organization_id, kind, created_at)`.execute(
    migration,
  )
  await protectTable(migration, 'authority_certificates', { api: ['select', 'insert'], vault: ['select'] })
  await letOwnerRead(migration, 'authority_certificates')

  // Public certificates: the gateway listener asks for client certificates before it knows the organization.
  await sql`
    create function list_authority_certificates() returns setof bytea language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select certificate from public.authority_certificates order by organization_id, created_at $$`.execute(migration)
  await grantExecute(migration, 'list_authority_certificates()', ['api'])

  await sql`
    create table trust_bundles (
      organization_id uuid primary key default sallyport_organization() references organizations (id) on delete cascade,
      number bigint not null check (number > 0),
      statement text not null check (length(statement) <= 1048576),
      issued_at timestamptz not null
    )`.execute(migration)
  await protectTable(migration, 'trust_bundles', { api: ['select', 'insert', 'update'] })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await users(migration)
  await devicesAndSessions(migration)
  await spentOnce(migration)
  await authority(migration)
}
