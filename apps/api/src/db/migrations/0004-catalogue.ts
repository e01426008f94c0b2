/** Roles, resources, secrets, credentials and grants: what there is to lease, and who may. */
import { type Kysely, sql } from 'kysely'
import { grantShared, protectTable } from '../protect-table.ts'

const resources = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table resources (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      site_id uuid not null,
      name text not null check (length(name) between 1 and 120),
      description text not null check (length(description) <= 1000),
      tags text[] not null check (cardinality(tags) <= 32),
      endpoint jsonb not null,
      endpoint_digest text not null check (length(endpoint_digest) = 43),
      options jsonb not null,
      created_at timestamptz not null,
      unique (organization_id, id),
      unique (organization_id, name),
      foreign key (organization_id, site_id) references sites (organization_id, id)
    )`.execute(migration)
  await sql`create index resources_site on resources (organization_id, site_id)`.execute(migration)
  await protectTable(migration, 'resources', { api: ['select', 'insert', 'update', 'delete'], vault: ['select'] })
}

/** The API role sees that a secret exists and what it is bound to; its bytes are the vault's alone. */
const secrets = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table secrets (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      resource_id uuid not null,
      version integer not null check (version > 0),
      endpoint_digest text not null check (length(endpoint_digest) = 43),
      created_at timestamptz not null,
      unique (organization_id, id),
      unique (organization_id, resource_id, id),
      foreign key (organization_id, resource_id) references resources (organization_id, id)
    )`.execute(migration)
  await protectTable(migration, 'secrets', {
    api: ['select', 'delete'],
    vault: ['select', 'insert', 'update(version, endpoint_digest)'],
  })

  await sql`
    create table secret_versions (
      organization_id uuid not null default sallyport_organization(),
      secret_id uuid not null,
      version integer not null check (version > 0),
      resource_id uuid not null,
      endpoint_digest text not null check (length(endpoint_digest) = 43),
      wrapped_key bytea not null check (length(wrapped_key) <= 8192),
      ciphertext bytea not null check (length(ciphertext) <= 131072),
      created_at timestamptz not null,
      primary key (organization_id, secret_id, version),
      foreign key (organization_id, resource_id, secret_id) references secrets (organization_id, resource_id, id) on delete cascade
    )`.execute(migration)
  await protectTable(migration, 'secret_versions', {
    vault: ['select', 'insert', 'update(endpoint_digest, wrapped_key, ciphertext)', 'delete'],
  })

  // An organization's first keys are made before the organization is.
  await sql`
    create table vault_keys (
      organization_id uuid not null default sallyport_organization(),
      id text not null check (length(id) = 43),
      use text not null check (use in ('root', 'issuer', 'sealing')),
      public_key bytea not null,
      wrapped bytea not null,
      created_at timestamptz not null default clock_timestamp(),
      primary key (organization_id, id)
    )`.execute(migration)
  await protectTable(migration, 'vault_keys', { vault: ['select', 'insert'] })

  await sql`
    create table deployment_keys (
      use text primary key check (use in ('root')),
      public_key bytea not null,
      wrapped bytea not null,
      created_at timestamptz not null default clock_timestamp()
    )`.execute(migration)
  await grantShared(migration, 'deployment_keys', { vault: ['select', 'insert'] })
}

const credentials = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table credentials (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      resource_id uuid not null,
      secret_id uuid not null,
      name text not null check (length(name) between 1 and 63),
      user_name text not null check (length(user_name) between 1 and 256),
      databases jsonb not null,
      port integer not null check (port between 1 and 65535),
      created_at timestamptz not null,
      unique (organization_id, id),
      unique (organization_id, resource_id, name),
      unique (organization_id, port),
      foreign key (organization_id, resource_id) references resources (organization_id, id),
      foreign key (organization_id, resource_id, secret_id) references secrets (organization_id, resource_id, id)
    )`.execute(migration)
  await sql`create index credentials_secret on credentials (organization_id, secret_id)`.execute(migration)
  await protectTable(migration, 'credentials', { api: ['select', 'insert', 'update', 'delete'], vault: ['select'] })

  await sql`
    create table credential_ports (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      port integer not null check (port between 1 and 65535),
      name text not null check (length(name) <= 250),
      released_at timestamptz,
      primary key (organization_id, port)
    )`.execute(migration)
  await sql`create index credential_ports_name on credential_ports (organization_id, name)`.execute(migration)
  await protectTable(migration, 'credential_ports', { api: ['select', 'insert', 'update', 'delete'] })
}

const roles = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table roles (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      name text not null check (length(name) between 1 and 120),
      description text not null check (length(description) <= 1000),
      built_in text check (built_in in ('owner', 'auditor', 'member')),
      permissions text[] not null,
      created_at timestamptz not null default clock_timestamp(),
      unique (organization_id, id),
      unique (organization_id, built_in)
    )`.execute(migration)
  await sql`create unique index roles_name on roles (organization_id, lower(name))`.execute(migration)
  await protectTable(migration, 'roles', { api: ['select', 'insert', 'update', 'delete'], vault: ['select'] })

  await sql`
    create table role_members (
      organization_id uuid not null default sallyport_organization(),
      role_id uuid not null,
      user_id uuid not null,
      primary key (organization_id, role_id, user_id),
      foreign key (organization_id, role_id) references roles (organization_id, id) on delete cascade,
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
    )`.execute(migration)
  await sql`create index role_members_user on role_members (organization_id, user_id)`.execute(migration)
  await protectTable(migration, 'role_members', { api: ['select', 'insert', 'delete'], vault: ['select'] })

  await sql`
    create table role_credentials (
      organization_id uuid not null default sallyport_organization(),
      role_id uuid not null,
      credential_id uuid not null,
      primary key (organization_id, role_id, credential_id),
      foreign key (organization_id, role_id) references roles (organization_id, id) on delete cascade,
      foreign key (organization_id, credential_id) references credentials (organization_id, id) on delete cascade
    )`.execute(migration)
  await sql`create index role_credentials_credential on role_credentials (organization_id, credential_id)`.execute(migration)
  await protectTable(migration, 'role_credentials', { api: ['select', 'insert', 'delete'], vault: ['select'] })
}

const grants = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table grants (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      user_id uuid not null,
      credential_id uuid not null,
      reason text not null check (length(reason) <= 1000),
      starts_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz,
      ended text check (ended in ('revoked', 'expired')),
      created_at timestamptz not null,
      check ((ended is null) = (ended_at is null)),
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
      foreign key (organization_id, credential_id) references credentials (organization_id, id) on delete cascade
    )`.execute(migration)
  await sql`create index grants_user on grants (organization_id, user_id, credential_id)`.execute(migration)
  await sql`create index grants_credential on grants (organization_id, credential_id)`.execute(migration)
  await sql`create index grants_newest on grants (organization_id, created_at desc, id desc)`.execute(migration)
  await sql`create index grants_open on grants (organization_id, expires_at) where ended is null`.execute(migration)
  await protectTable(migration, 'grants', {
    api: ['select', 'insert', 'update(ended, ended_at)'],
    vault: ['select'],
  })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await resources(migration)
  await secrets(migration)
  await credentials(migration)
  await roles(migration)
  await grants(migration)
}
