/**
 * Nothing comes into the outbox in clear any more, whatever version writes it. What waits there from before is numbered; then the
 * constraint is valid for every row, and the log takes none in clear either.
 */
import { type Kysely, sql } from 'kysely'
import { grantExecute } from '../protect-table.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    alter table audit_outbox add constraint audit_outbox_sealed check (body like 'sealed.%') not valid`.execute(migration)
  await sql`
    create function refuse_clear_entries() returns boolean language plpgsql security definer set search_path = pg_catalog, public as $$
    begin
      if exists (
        select from pg_constraint
        where conrelid = 'public.audit_outbox'::regclass and conname = 'audit_outbox_sealed' and not convalidated
      ) then
        alter table public.audit_outbox validate constraint audit_outbox_sealed;
      end if;
      return true;
    exception when check_violation then
      return false;
    end $$`.execute(migration)
  await grantExecute(migration, 'refuse_clear_entries()', ['log'])
  await sql`select refuse_clear_entries()`.execute(migration)
}
