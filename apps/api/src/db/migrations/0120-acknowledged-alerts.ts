/** Alerts that somebody looked at are no longer open; who it was, and when, stays with them. */
import { type Kysely, sql } from 'kysely'
import { databaseRoleName } from '../roles.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table alerts add column acknowledged_at timestamptz(3), add column acknowledged_by uuid`.execute(migration)
  await sql`alter table alerts add constraint alerts_acknowledged_wholly
    check ((acknowledged_at is null) = (acknowledged_by is null))`.execute(migration)
  await sql`create index alerts_open on alerts (organization_id, at desc, id desc) where acknowledged_at is null`.execute(
    migration,
  )
  await sql`create index alerts_device on alerts (organization_id, device_id, at desc, id desc) where device_id is not null`.execute(
    migration,
  )
  await sql`grant update (acknowledged_at, acknowledged_by) on alerts to ${sql.ref(databaseRoleName('api'))}`.execute(migration)
}
