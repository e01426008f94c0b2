/** Roots of the API's own servers that follow one another, and what each organization's trust bundle says of them. */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    alter table deployment_keys drop constraint deployment_keys_pkey, add primary key (public_key)`.execute(migration)
  await sql`grant delete on deployment_keys to sallyport_vault`.execute(migration)

  // `cross`: a root as the root before it certified it, for those who know only that one.
  await sql`
    alter table deployment_certificates drop constraint deployment_certificates_pkey,
      add column kind text not null default 'root' check (kind in ('root', 'cross')),
      add column retires_at timestamptz,
      add primary key (key_id, kind)`.execute(migration)
  await sql`alter table deployment_certificates alter column kind drop default`.execute(migration)
  await sql`grant update(retires_at), delete on deployment_certificates to sallyport_api`.execute(migration)
  // A key without a certificate of its own is destroyed.
  await sql`grant select on deployment_certificates to sallyport_vault`.execute(migration)

  await sql`
    create table announced_api_roots (
      organization_id uuid primary key default sallyport_organization(),
      roots jsonb not null
    )`.execute(migration)
  await protectTable(migration, 'announced_api_roots', { api: ['select', 'insert', 'update(roots)', 'delete'] })
}
