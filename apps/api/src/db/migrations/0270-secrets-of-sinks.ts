/** What a sink sends with is replaced without adding the sink anew. */
import { type Kysely, sql } from 'kysely'

export const secretsOfSinks = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`grant update(secret, sealed_at) on sinks to sallyport_api`.execute(migration)
}
