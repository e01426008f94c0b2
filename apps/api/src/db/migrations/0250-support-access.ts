/** Support access: accounts that end, and what they may read while they last. */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

const ends = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table users add column ends_at timestamptz(3)`.execute(migration)
  await sql`grant select(ends_at) on users to sallyport_vault`.execute(migration)
  // Whoever wants it to last longer opens another one: that is what the organization agrees to anew.
  await sql`
    create function keep_end_of_account() returns trigger language plpgsql set search_path = pg_catalog, public as $$
    begin
      if old.ends_at is null or new.ends_at is null or new.ends_at > old.ends_at then
        raise exception 'the end of an account is not moved later' using errcode = 'check_violation';
      end if;
      return new;
    end $$`.execute(migration)
  await sql`
    create trigger keep_end_of_account before update of ends_at on users for each row
    when (old.ends_at is distinct from new.ends_at) execute function keep_end_of_account()`.execute(migration)
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await ends(migration)
  await sql`
    create table support_accesses (
      user_id uuid primary key,
      organization_id uuid not null default sallyport_organization(),
      permissions text[] not null check (cardinality(permissions) between 1 and 64),
      opened_by uuid not null,
      ended_by uuid,
      personal bytea check (length(personal) <= 16384),
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
      check (array_to_string(permissions, ' ') ~ '^[a-z-]+\\.read( [a-z-]+\\.read)*$')
    )`.execute(migration)
  // What they may read never changes.
  await protectTable(migration, 'support_accesses', { api: ['select', 'insert', 'update(ended_by, personal)'] })
}
