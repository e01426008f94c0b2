/** What some alerts tell of is over by itself, such as a key management service that fails. */
import { type Kysely, sql } from 'kysely'
import { databaseRoleName } from '../roles.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table alerts add column ended_at timestamptz(3)`.execute(migration)
  await sql`drop index alerts_open`.execute(migration)
  await sql`create index alerts_open on alerts (organization_id, at desc, id desc)
    where acknowledged_at is null and ended_at is null`.execute(migration)
  await sql`create index alerts_lasting on alerts (organization_id, kind) where ended_at is null`.execute(migration)
  await sql`grant update (ended_at) on alerts to ${sql.ref(databaseRoleName('api'))}`.execute(migration)
}
