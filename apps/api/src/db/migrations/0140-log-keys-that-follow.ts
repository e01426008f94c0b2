/** An organization may have several privacy keys: another one is begun when the log's root key is lost. */
import { type Kysely, sql } from 'kysely'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    alter table privacy_keys drop constraint privacy_keys_pkey, add primary key (organization_id, id)`.execute(migration)
}
