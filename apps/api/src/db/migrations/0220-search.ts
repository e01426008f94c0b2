/**
 * Activity by two filters at once. What few rows have costs next to nothing to index twice: what failed, and every kind but queries,
 * which nearly all rows are and which no index makes faster to find. That pays for the index of people and resources.
 */
import { type Kysely, sql } from 'kysely'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`drop index activity_kind`.execute(migration)
  await sql`create index activity_kind on activity (organization_id, kind, at) where kind <> 'query'`.execute(migration)
  await sql`create index activity_user_resource on activity (organization_id, user_id, resource_id, at)`.execute(migration)
  await sql`create index activity_failed_user on activity (organization_id, user_id, at) where failed`.execute(migration)
  await sql`create index activity_failed_resource on activity (organization_id, resource_id, at) where failed`.execute(migration)
}
