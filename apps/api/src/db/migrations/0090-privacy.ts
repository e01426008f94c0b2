/** Keys by which what is personal in the log can be erased, who was erased, and what erasing may change. */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

/** Of the log role, which may live elsewhere: nothing refers to another table. */
const personKeys = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table privacy_keys (
      organization_id uuid primary key default sallyport_organization(),
      id uuid not null,
      wrapped bytea not null check (length(wrapped) <= 8192),
      created_at timestamptz not null default clock_timestamp()
    )`.execute(migration)
  await protectTable(migration, 'privacy_keys', { log: ['select', 'insert'] })

  // A user's id; or the month of entries about people who are not known.
  await sql`
    create table person_keys (
      organization_id uuid not null default sallyport_organization(),
      holder text not null check (holder ~ '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{4}-[0-9]{2})$'),
      seed bytea check (length(seed) = 32),
      created_at timestamptz not null default clock_timestamp(),
      erased_at timestamptz,
      primary key (organization_id, holder),
      check ((seed is null) = (erased_at is not null))
    )`.execute(migration)
  await protectTable(migration, 'person_keys', { log: ['select', 'insert', 'update(seed, erased_at)'] })
}

const erasures = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table erasures (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      user_id uuid not null,
      erased_at timestamptz not null,
      finished_at timestamptz,
      primary key (organization_id, user_id)
    )`.execute(migration)
  await sql`create index erasures_unfinished on erasures (organization_id) where finished_at is null`.execute(migration)
  await protectTable(migration, 'erasures', { api: ['select', 'insert', 'update(finished_at)'] })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await personKeys(migration)
  await erasures(migration)
  // What people typed, and what gateways said about their programs.
  await sql`grant update(reason) on access_requests to sallyport_api`.execute(migration)
  await sql`grant update(note) on access_votes to sallyport_api`.execute(migration)
  await sql`grant update(reason) on grants to sallyport_api`.execute(migration)
  await sql`grant update(message) on alerts to sallyport_api`.execute(migration)
  await sql`grant update(numbers, ats) on activity_words to sallyport_api`.execute(migration)
}
