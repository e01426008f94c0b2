/** What screens look at: open connections, load of gateways, tests of endpoints; more ways to search activity and the log. */
import { type Kysely, sql } from 'kysely'
import { grantExecute, protectTable } from '../protect-table.ts'

const activity = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table activity add column failed boolean`.execute(migration)
  for (const column of ['credential_id', 'gateway_id', 'device_id', 'kind']) {
    await sql`create index ${sql.ref(`activity_${column}`)} on activity (organization_id, ${sql.ref(column)}, at)`.execute(
      migration,
    )
  }
  await sql`create index activity_failed on activity (organization_id, failed, at) where failed`.execute(migration)
  await sql`create index activity_received on activity (organization_id, received_at, stream, number)`.execute(migration)

  // One row for each word of a batch. A word is a number here, made with a key that ends with its month: see `words.ts`.
  await sql`
    create table activity_words (
      organization_id uuid not null default sallyport_organization(),
      word bigint not null,
      latest timestamptz(3) not null,
      stream uuid not null,
      first bigint not null,
      numbers bigint[] not null,
      ats timestamptz[] not null,
      primary key (organization_id, word, latest, stream, first),
      check (cardinality(numbers) = cardinality(ats))
    )`.execute(migration)
  await sql`create index activity_words_age on activity_words (organization_id, latest)`.execute(migration)
  await protectTable(migration, 'activity_words', { api: ['select', 'insert', 'delete'] })
}

const log = async (migration: Kysely<unknown>): Promise<void> => {
  // Canonical JSON: "subject", "type" and "version" are its last members, and short.
  await sql`
    create function sallyport_entry_subject(entry bytea) returns text language sql immutable strict parallel safe
    set search_path = pg_catalog as $$
      select substring(right(convert_from(entry, 'UTF8'), 400)
        from '"subject":\\{"id":"([^"]{1,64})","kind":"[^"]*"\\},"type":"[^"]*","version":1\\}$') $$`.execute(migration)
  await grantExecute(migration, 'sallyport_entry_subject(bytea)', ['log'])
  await sql`alter table audit_entries add column subject_id text generated always as (sallyport_entry_subject(entry)) stored`.execute(
    migration,
  )
  await sql`create index audit_entries_subject on audit_entries (organization_id, subject_id, index desc)`.execute(migration)
}

const gateways = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table gateways add column load jsonb`.execute(migration)

  await sql`
    create table open_connections (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      id uuid not null,
      gateway_id uuid not null,
      lease_id uuid not null,
      caller jsonb,
      opened_at timestamptz(3) not null,
      bytes_up bigint not null default 0 check (bytes_up >= 0),
      bytes_down bigint not null default 0 check (bytes_down >= 0),
      reported_at timestamptz(3) not null,
      primary key (organization_id, id),
      foreign key (organization_id, gateway_id) references gateways (organization_id, id) on delete cascade
    )`.execute(migration)
  await sql`create index open_connections_newest on open_connections (organization_id, opened_at desc, id desc)`.execute(
    migration,
  )
  await sql`create index open_connections_gateway on open_connections (organization_id, gateway_id)`.execute(migration)
  await sql`create index open_connections_lease on open_connections (organization_id, lease_id)`.execute(migration)
  await protectTable(migration, 'open_connections', { api: ['select', 'insert', 'update', 'delete'] })

  await sql`
    create table gateway_probes (
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      id uuid not null,
      gateway_id uuid not null,
      endpoint jsonb not null,
      steps jsonb,
      created_at timestamptz not null,
      primary key (organization_id, id),
      foreign key (organization_id, gateway_id) references gateways (organization_id, id) on delete cascade
    )`.execute(migration)
  await protectTable(migration, 'gateway_probes', { api: ['select', 'insert', 'update(steps)', 'delete'] })

  await sql`alter table revocations drop constraint revocations_subject_kind_check`.execute(migration)
  await sql`alter table revocations add constraint revocations_subject_kind_check
    check (subject_kind in ('session', 'device', 'user', 'credential', 'lease', 'gateway', 'connection'))`.execute(migration)
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await activity(migration)
  await log(migration)
  await gateways(migration)
}
