/** An approval may say that the access is for the device from which it was asked; the grant then names that device. */
import { type Kysely, sql } from 'kysely'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table access_votes add column same_device boolean not null default false`.execute(migration)
  await sql`alter table grants add column device_id uuid`.execute(migration)
}
