/**
 * What belongs to a kind of activity goes with it: words and recordings are kept by kind. Rows of words from before have none, and are
 * divided where an organization keeps kinds for times of their own; recordings from before may hold several.
 */
import { type Kysely, sql } from 'kysely'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table activity_words add column kind text not null default '' check (length(kind) <= 32)`.execute(migration)
  await sql`
    alter table activity_words
      drop constraint activity_words_pkey,
      add primary key (organization_id, word, latest, stream, first, kind)`.execute(migration)
  await sql`drop index activity_words_age`.execute(migration)
  await sql`create index activity_words_age on activity_words (organization_id, kind, latest)`.execute(migration)
  await sql`alter table recordings add column kind text check (length(kind) <= 32)`.execute(migration)
  await sql`create index recordings_kind on recordings (organization_id, kind, at)`.execute(migration)
}
