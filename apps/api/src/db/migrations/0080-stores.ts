/** Third-party stores, secrets that lie in them, and the keys that sign the tokens for them. */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

const stores = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table stores (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      name text not null check (length(name) between 1 and 120),
      issuer text not null check (length(issuer) <= 512),
      location jsonb not null,
      created_at timestamptz not null,
      unique (organization_id, id),
      unique (organization_id, name)
    )`.execute(migration)
  // Where a store is does not change: what is elsewhere is another store.
  await protectTable(migration, 'stores', { api: ['select', 'insert', 'update(name)', 'delete'], vault: ['select'] })
}

/** What the version in use refers to, for people to read. The vault believes only what it sealed itself. */
const storedSecrets = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    alter table secrets
      add column store_id uuid,
      add column store_path text check (length(store_path) <= 512),
      add column store_field text check (length(store_field) <= 128),
      add check ((store_id is null) = (store_path is null)),
      add check (store_field is null or store_id is not null),
      add foreign key (organization_id, store_id) references stores (organization_id, id)`.execute(migration)
  await sql`create index secrets_store on secrets (organization_id, store_id) where store_id is not null`.execute(migration)
  await sql`grant update(store_id, store_path, store_field) on secrets to sallyport_vault`.execute(migration)
}

const tokenKeys = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table token_keys (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      id text not null check (length(id) = 43),
      algorithm text not null check (algorithm in ('ES256', 'RS256')),
      public_key bytea not null check (length(public_key) <= 1024),
      wrapped bytea not null check (length(wrapped) <= 16384),
      created_at timestamptz not null,
      signs_from timestamptz not null,
      retires_at timestamptz,
      sealed_at timestamptz not null default clock_timestamp(),
      primary key (organization_id, id)
    )`.execute(migration)
  await protectTable(migration, 'token_keys', { vault: ['select', 'insert', 'update(wrapped, retires_at, sealed_at)', 'delete'] })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await stores(migration)
  await storedSecrets(migration)
  await tokenKeys(migration)
}
