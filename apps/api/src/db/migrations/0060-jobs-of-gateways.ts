/** Unattended work of gateways: the identity under which it unlocks, what waits to be done, and when passwords are rotated. */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

const identity = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table vault_keys drop constraint vault_keys_use_check`.execute(migration)
  await sql`alter table vault_keys add constraint vault_keys_use_check
    check (use in ('root', 'issuer', 'sealing', 'job'))`.execute(migration)

  await sql`
    create table job_sessions (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      id uuid not null,
      statement text not null check (length(statement) <= 4096),
      expires_at timestamptz not null,
      primary key (organization_id, id)
    )`.execute(migration)
  await protectTable(migration, 'job_sessions', { api: ['select', 'insert', 'delete'], vault: ['select'] })
}

const rotation = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table credential_rotations (
      organization_id uuid not null default sallyport_organization(),
      credential_id uuid not null,
      resource_id uuid not null,
      every_seconds integer check (every_seconds > 0),
      after_session boolean not null default false,
      check_after_session boolean not null default false,
      second_user_name text check (length(second_user_name) between 1 and 256),
      second_secret_id uuid,
      due_at timestamptz,
      rotated_at timestamptz,
      failures integer not null default 0 check (failures >= 0),
      primary key (organization_id, credential_id),
      foreign key (organization_id, credential_id) references credentials (organization_id, id) on delete cascade,
      foreign key (organization_id, resource_id, second_secret_id) references secrets (organization_id, resource_id, id),
      check ((second_user_name is null) = (second_secret_id is null))
    )`.execute(migration)
  await sql`create index credential_rotations_due on credential_rotations (organization_id, due_at)`.execute(migration)
  await protectTable(migration, 'credential_rotations', {
    api: ['select', 'insert', 'update'],
    vault: ['select', 'update(second_user_name, second_secret_id, due_at, rotated_at, failures)'],
  })
  // The vault promotes a password in one transaction with the login that it belongs to.
  await sql`grant update(user_name, secret_id) on credentials to sallyport_vault`.execute(migration)
  await sql`alter table gateways add column compromised_at timestamptz`.execute(migration)
  await sql`create index leases_ended on leases (organization_id, credential_id, ended_at)`.execute(migration)
}

const jobs = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table gateway_jobs (
      organization_id uuid not null default sallyport_organization(),
      id uuid not null,
      kind text not null check (kind in ('rotate', 'test')),
      reason text not null check (length(reason) <= 32),
      credential_id uuid not null,
      secret_id uuid not null,
      user_name text not null check (length(user_name) between 1 and 256),
      base_version integer not null check (base_version > 0),
      pending_version integer check (pending_version > base_version),
      wanted_gateway_id uuid,
      state text not null check (state in ('waiting', 'taken', 'done', 'failed')),
      due_at timestamptz not null,
      gateway_id uuid,
      take_id uuid,
      taken_at timestamptz,
      attempts integer not null default 0,
      code text check (length(code) <= 64),
      message text check (length(message) <= 300),
      steps jsonb,
      created_at timestamptz not null,
      finished_at timestamptz,
      primary key (organization_id, id),
      foreign key (organization_id, credential_id) references credentials (organization_id, id) on delete cascade,
      check (state <> 'taken' or (gateway_id is not null and take_id is not null and taken_at is not null)),
      check ((state in ('done', 'failed')) = (finished_at is not null))
    )`.execute(migration)
  await sql`create unique index gateway_jobs_open on gateway_jobs (organization_id, credential_id)
    where kind = 'rotate' and state in ('waiting', 'taken')`.execute(migration)
  await sql`create index gateway_jobs_waiting on gateway_jobs (organization_id, due_at) where state in ('waiting', 'taken')`.execute(
    migration,
  )
  await sql`create index gateway_jobs_newest on gateway_jobs (organization_id, credential_id, created_at desc)`.execute(migration)
  await protectTable(migration, 'gateway_jobs', {
    api: ['select', 'insert', 'update', 'delete'],
    vault: ['select', 'update(pending_version, state, due_at, taken_at, code, message, finished_at)'],
  })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await identity(migration)
  await rotation(migration)
  await jobs(migration)
}
