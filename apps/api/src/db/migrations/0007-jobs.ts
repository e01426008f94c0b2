/** Who leads each background job. Belongs to no organization: a job goes over all of them. */
import { type Kysely, sql } from 'kysely'
import { grantShared } from '../protect-table.ts'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table job_leaders (
      job text primary key check (length(job) <= 64),
      fence bigint not null,
      since timestamptz not null
    )`.execute(migration)
  await grantShared(migration, 'job_leaders', { api: ['select', 'insert', 'update'] })
}
