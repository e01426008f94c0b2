/** What is under way in people's browsers, proofs that they were present, and recovery codes. */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

const browserFlows = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table browser_flows (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      id_hash bytea not null check (length(id_hash) = 32),
      kind text not null check (kind in ('sign-in', 'invitation', 'presence')),
      redirect_port integer not null check (redirect_port between 1024 and 65535),
      state text not null check (length(state) = 22),
      code_challenge text not null check (length(code_challenge) = 43),
      device_key bytea check (length(device_key) = 91),
      session_key bytea check (length(session_key) = 91),
      facts jsonb,
      invitation_hash bytea check (length(invitation_hash) = 32),
      session_id uuid,
      act jsonb,
      user_id uuid,
      password_hash text check (length(password_hash) <= 512),
      first_name text check (length(first_name) between 1 and 120),
      last_name text check (length(last_name) between 1 and 120),
      step_hash bytea check (length(step_hash) = 32),
      replaces uuid,
      recovered boolean not null default false,
      code_hash bytea check (length(code_hash) = 32),
      code_expires_at timestamptz,
      expires_at timestamptz not null,
      primary key (organization_id, id_hash),
      unique (organization_id, code_hash),
      foreign key (organization_id, session_id) references sessions (organization_id, id) on delete cascade,
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
      check ((kind = 'presence') = (session_id is not null)),
      check ((kind = 'invitation') = (invitation_hash is not null)),
      check ((kind = 'presence') = (device_key is null)),
      check ((device_key is null) = (session_key is null)),
      check ((code_hash is null) = (code_expires_at is null))
    )`.execute(migration)
  await sql`create index browser_flows_expiry on browser_flows (organization_id, expires_at)`.execute(migration)
  await protectTable(migration, 'browser_flows', { api: ['select', 'insert', 'update', 'delete'] })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await browserFlows(migration)

  await sql`
    create table presence_proofs (
      organization_id uuid not null default sallyport_organization(),
      proof_hash bytea not null check (length(proof_hash) = 32),
      session_id uuid not null,
      act_digest bytea check (length(act_digest) = 32),
      expires_at timestamptz not null,
      primary key (organization_id, proof_hash),
      foreign key (organization_id, session_id) references sessions (organization_id, id) on delete cascade
    )`.execute(migration)
  await protectTable(migration, 'presence_proofs', { api: ['select', 'insert', 'delete'] })

  await sql`
    create table recovery_codes (
      organization_id uuid not null default sallyport_organization(),
      user_id uuid not null,
      code_hash bytea not null check (length(code_hash) = 32),
      created_at timestamptz not null,
      primary key (organization_id, user_id, code_hash),
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
    )`.execute(migration)
  await protectTable(migration, 'recovery_codes', { api: ['select', 'insert', 'delete'] })
}
