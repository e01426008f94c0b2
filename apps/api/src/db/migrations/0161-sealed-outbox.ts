/** What waits for its number is sealed to the log role. Entries that wait in clear when this comes are numbered as they are. */
import { type Kysely, sql } from 'kysely'
import { grantShared } from '../protect-table.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  // Public, and of no organization: entries of an organization are committed with it, before the log knows of it.
  await sql`
    create table deployment_outbox_keys (
      id bytea primary key check (length(id) = 32),
      public_key bytea not null check (length(public_key) = 32),
      created_at timestamptz not null default clock_timestamp()
    )`.execute(migration)
  await grantShared(migration, 'deployment_outbox_keys', {
    api: ['select'],
    vault: ['select'],
    log: ['select', 'insert', 'update(created_at)'],
  })
  await sql`alter table audit_outbox drop constraint audit_outbox_body_check`.execute(migration)
  await sql`alter table audit_outbox add constraint audit_outbox_body_check check (octet_length(body) <= 131072)`.execute(
    migration,
  )
}
