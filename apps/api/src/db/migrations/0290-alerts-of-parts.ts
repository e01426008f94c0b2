/** Alerts of a vault or a log that fails have kinds of their own; they were told as those of a key management service. */
import { type Kysely, sql } from 'kysely'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  // Rows of all organizations: within this transaction the owner is not kept from them.
  await sql`alter table alerts no force row level security`.execute(migration)
  for (const part of ['vault', 'log']) {
    await sql`
      update alerts set kind = ${`${part}-failing`}
      where kind = 'kms-failing' and message like ${`%(${part}_unavailable)`}`.execute(migration)
  }
  await sql`alter table alerts force row level security`.execute(migration)
}
