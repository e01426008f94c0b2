/**
 * What is personal in tables is sealed by the program, which alone has the keys. Columns in clear are emptied by the program when
 * it starts ({@link ../../program/seal-clear-rows.ts}) and dropped by `drop_clear_personal_data` after that: at once where there
 * is nothing to seal yet.
 */
import { type Kysely, sql } from 'kysely'
import { grantExecute, protectTable } from '../protect-table.ts'

const keys = async (migration: Kysely<unknown>): Promise<void> => {
  // Made before its organization is committed: nothing refers to another table.
  await sql`
    create table personal_keys (
      organization_id uuid primary key default sallyport_organization(),
      id uuid not null,
      wrapped bytea not null check (length(wrapped) <= 8192),
      created_at timestamptz not null default clock_timestamp(),
      sealed_at timestamptz not null default clock_timestamp()
    )`.execute(migration)
  await protectTable(migration, 'personal_keys', { vault: ['select', 'insert', 'update(wrapped, sealed_at)'] })
}

/** Columns in clear, and the most bytes that what stands in their place may have. */
const cleared = {
  users: { clear: ['email', 'first_name', 'last_name'], sealed: { personal: 4096 } },
  devices: { clear: ['facts', 'fingerprint'], sealed: { personal: 32_768 } },
  sessions: { clear: ['address'], sealed: { personal: 1024 } },
  grants: { clear: ['reason'], sealed: { personal: 16_384 } },
  access_requests: {
    clear: ['reason', 'closed_note', 'review_note'],
    sealed: { personal: 16_384, closed_personal: 16_384, review_personal: 16_384 },
  },
  access_votes: { clear: ['note'], sealed: { personal: 16_384 } },
  open_connections: { clear: ['caller'], sealed: { personal: 16_384 } },
  browser_flows: { clear: ['facts', 'act', 'first_name', 'last_name'], sealed: { personal: 4_194_304, names_personal: 4096 } },
} as const

const columns = async (migration: Kysely<unknown>): Promise<void> => {
  for (const [table, { clear, sealed }] of Object.entries(cleared)) {
    for (const column of clear) {
      await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} drop default, alter column ${sql.ref(column)} drop not null`.execute(
        migration,
      )
    }
    for (const [column, most] of Object.entries(sealed)) {
      await sql`alter table ${sql.table(table)} add column ${sql.ref(column)} bytea check (length(${sql.ref(column)}) <= ${sql.lit(most)})`.execute(
        migration,
      )
    }
  }
  await sql`
    alter table users add column seed bytea check (length(seed) = 32),
      add column email_index bytea check (length(email_index) = 32)`.execute(migration)
  await sql`create unique index users_email_index on users (organization_id, email_index) where deleted_at is null`.execute(
    migration,
  )
  await sql`alter table devices add column platform text, add column key_storage text`.execute(migration)
  await sql`grant update(personal) on grants to sallyport_api`.execute(migration)
  await sql`grant update(personal, closed_personal, review_personal) on access_requests to sallyport_api`.execute(migration)
  await sql`grant update(personal) on access_votes to sallyport_api`.execute(migration)
}

/**
 * Refused by the database while a row is in clear. Tables are written anew, so that neither dropped columns nor rows of before stay
 * in their files.
 */
const dropping = async (migration: Kysely<unknown>): Promise<void> => {
  const steps = Object.entries(cleared).flatMap(([table, { clear }]) => [
    `alter table public.${table} add constraint ${table}_sealed check (${clear.map((column) => `${column} is null`).join(' and ')})`,
    `alter table public.${table} ${clear.map((column) => `drop column ${column}`).join(', ')}`,
    `cluster public.${table} using ${table}_pkey`,
  ])
  await sql`
    create function drop_clear_personal_data() returns void language plpgsql security definer set search_path = pg_catalog, public as $$
    begin
      if not exists (
        select from pg_attribute where attrelid = 'public.users'::regclass and attname = 'email' and not attisdropped
      ) then
        return;
      end if;
      alter table public.users alter column email_index set not null;
      alter table public.devices alter column platform set not null, alter column key_storage set not null;
      ${sql.raw(steps.join(';\n'))};
      -- Messages of before were shortened.
      cluster public.alerts using alerts_pkey;
    end $$`.execute(migration)
  await grantExecute(migration, 'drop_clear_personal_data()', ['api'])
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await keys(migration)
  await columns(migration)
  await dropping(migration)
  const { rows } = await sql`select from organizations limit 1`.execute(migration)
  if (rows.length === 0) await sql`select drop_clear_personal_data()`.execute(migration)
}
