/**
 * The Merkle tree over each organization's log: its edge beside the head, its full tiles, the keys that sign its checkpoints, the
 * checkpoint that was published last, and what its witnesses have said. Only the log role writes here, but for who the
 * witnesses are, which an administrator decides.
 */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

/** A full tile never changes: no role may, and who owns the table has to take this trigger away first. */
const tiles = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table audit_tiles (
      organization_id uuid not null default sallyport_organization(),
      level smallint not null check (level between 0 and 6),
      index bigint not null check (index >= 0),
      hashes bytea not null check (length(hashes) = 8192),
      root bytea not null check (length(root) = 32),
      primary key (organization_id, level, index)
    )`.execute(migration)
  await protectTable(migration, 'audit_tiles', { log: ['select', 'insert'] })
  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'what is in % is never changed', tg_table_name using errcode = 'restrict_violation';
    end $$`.execute(migration)
  await sql`
    create trigger never_changed before update or delete or truncate on audit_tiles
    for each statement execute function refuse_change()`.execute(migration)
}

const checkpoints = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table checkpoint_keys (
      organization_id uuid not null default sallyport_organization(),
      id text not null check (length(id) = 43),
      public_key bytea not null,
      wrapped bytea not null,
      created_at timestamptz not null default clock_timestamp(),
      primary key (organization_id, id)
    )`.execute(migration)
  await protectTable(migration, 'checkpoint_keys', { log: ['select', 'insert'] })

  // The newest signed head, the newest that enough witnesses cosigned, and why nothing is signed at present.
  await sql`
    create table audit_checkpoints (
      organization_id uuid primary key default sallyport_organization(),
      size bigint not null check (size >= 0),
      root bytea not null check (length(root) = 32),
      note text not null check (length(note) <= 65536),
      signed_at timestamptz not null,
      witnessed_size bigint not null default 0 check (witnessed_size between 0 and size),
      witnessed_note text check (length(witnessed_note) <= 262144)
    )`.execute(migration)
  await protectTable(migration, 'audit_checkpoints', {
    log: ['select', 'insert', 'update(size, root, note, signed_at, witnessed_size, witnessed_note)'],
  })
  await sql`
    create table audit_log_problems (
      organization_id uuid primary key default sallyport_organization(),
      problem text not null check (length(problem) <= 64),
      message text not null check (length(message) <= 500),
      since timestamptz not null
    )`.execute(migration)
  await protectTable(migration, 'audit_log_problems', { log: ['select', 'insert', 'delete'] })
}

const witnesses = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table log_witnesses (
      organization_id uuid primary key default sallyport_organization() references organizations (id) on delete cascade,
      witnesses jsonb not null,
      quorum smallint not null check (quorum between 0 and 16)
    )`.execute(migration)
  await protectTable(migration, 'log_witnesses', { api: ['select', 'insert', 'update(witnesses, quorum)'], log: ['select'] })

  await sql`
    create table witness_heads (
      organization_id uuid not null default sallyport_organization(),
      key text not null check (length(key) <= 512),
      size bigint not null check (size >= 0),
      answered_at timestamptz not null,
      problem text check (length(problem) <= 500),
      primary key (organization_id, key)
    )`.execute(migration)
  await protectTable(migration, 'witness_heads', { log: ['select', 'insert', 'update(size, answered_at, problem)'] })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  // Null in a log of before: its first append computes it.
  await sql`alter table audit_logs add column edge bytea check (length(edge) % 32 = 0)`.execute(migration)
  await sql`grant update(edge) on audit_logs to sallyport_log`.execute(migration)
  await tiles(migration)
  await checkpoints(migration)
  await witnesses(migration)
}
