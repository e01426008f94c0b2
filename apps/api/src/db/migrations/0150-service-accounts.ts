/** Service accounts: programs that call the API under a key of their own. */
import { type Kysely, sql } from 'kysely'
import { grantExecute, letOwnerRead, protectTable } from '../protect-table.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table service_accounts (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      name text not null check (length(name) between 1 and 120),
      public_key bytea not null check (length(public_key) = 91),
      purposes text[] not null check (purposes <@ array['api', 'audit'] and cardinality(purposes) between 1 and 2),
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      revoked_at timestamptz(3),
      last_token_at timestamptz(3),
      unique (organization_id, id)
    )`.execute(migration)
  // A name is free again when its account was revoked.
  await sql`create unique index service_accounts_name on service_accounts (organization_id, name) where revoked_at is null`.execute(
    migration,
  )
  await sql`create index service_accounts_newest on service_accounts (organization_id, created_at desc, id desc)`.execute(
    migration,
  )
  // Key and purposes never change: whoever has other ones is another account.
  await protectTable(migration, 'service_accounts', {
    api: ['select', 'insert', 'update(revoked_at)'],
    vault: ['select', 'update(last_token_at)'],
  })
  await letOwnerRead(migration, 'service_accounts')

  await sql`
    create table role_service_accounts (
      organization_id uuid not null default sallyport_organization(),
      role_id uuid not null,
      service_account_id uuid not null,
      primary key (organization_id, role_id, service_account_id),
      foreign key (organization_id, role_id) references roles (organization_id, id) on delete cascade,
      foreign key (organization_id, service_account_id) references service_accounts (organization_id, id) on delete cascade
    )`.execute(migration)
  await sql`create index role_service_accounts_account on role_service_accounts (organization_id, service_account_id)`.execute(
    migration,
  )
  await protectTable(migration, 'role_service_accounts', { api: ['select', 'insert'] })

  // A call names its account only.
  await sql`
    create function find_service_account(wanted uuid) returns table (organization_id uuid, public_key bytea)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select organization_id, public_key from public.service_accounts where id = wanted $$`.execute(migration)
  await grantExecute(migration, 'find_service_account(uuid)', ['api'])
}
