/** Organizations and sites, and the function by which every other table knows whose rows a transaction may see. */
import { type Kysely, sql } from 'kysely'
import { grantExecute, letOwnerRead, protectTable } from '../protect-table.ts'
import { databaseRoleName, programRoles } from '../roles.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  const roles = sql.join(programRoles.map((role) => sql.ref(databaseRoleName(role))))
  await sql`revoke all on schema public from public`.execute(migration)
  await sql`grant usage on schema public to ${roles}`.execute(migration)
  await sql`
    create function sallyport_organization() returns uuid language plpgsql stable parallel safe as $$
    declare
      chosen text := current_setting('sallyport.organization', true);
    begin
      if chosen is null or chosen = '' then
        raise exception 'no organization is set in this transaction' using errcode = 'insufficient_privilege';
      end if;
      return chosen::uuid;
    end $$`.execute(migration)
  await grantExecute(migration, 'sallyport_organization()', programRoles)

  await sql`
    create table organizations (
      id uuid primary key,
      slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
      name text not null check (length(name) between 1 and 120),
      trust_domain text not null unique check (length(trust_domain) <= 255),
      settings jsonb not null,
      revocation_number bigint not null default 0,
      trust_bundle_number bigint not null default 0,
      created_at timestamptz not null
    )`.execute(migration)
  await protectTable(migration, 'organizations', {
    column: 'id',
    api: ['select', 'insert', 'update'],
    vault: ['select', 'update(revocation_number)'],
    log: ['select'],
  })
  await letOwnerRead(migration, 'organizations')

  // Ids only: what an organization is called and set to is read inside its own transaction.
  await sql`
    create function find_organization(wanted text) returns uuid language sql stable security definer
    set search_path = pg_catalog, public as $$ select id from public.organizations where slug = wanted $$`.execute(migration)
  await grantExecute(migration, 'find_organization(text)', ['api'])
  await sql`
    create function find_organization_by_trust_domain(wanted text) returns uuid language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select id from public.organizations where trust_domain = wanted $$`.execute(migration)
  await grantExecute(migration, 'find_organization_by_trust_domain(text)', ['api', 'vault'])
  await sql`
    create function list_organizations() returns setof uuid language sql stable security definer
    set search_path = pg_catalog, public as $$ select id from public.organizations order by id $$`.execute(migration)
  await grantExecute(migration, 'list_organizations()', programRoles)

  await sql`
    create table sites (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      name text not null check (length(name) between 1 and 120),
      created_at timestamptz not null,
      unique (organization_id, id),
      unique (organization_id, name)
    )`.execute(migration)
  await protectTable(migration, 'sites', {
    api: ['select', 'insert', 'update', 'delete'],
    vault: ['select'],
  })
}
