/** A browser on another computer: no port waits beside it, and the person brings the code. */
import { type Kysely, sql } from 'kysely'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table browser_flows alter column redirect_port drop not null`.execute(migration)
}
