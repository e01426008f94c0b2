/** How an account stands now, by the clock of the database: one that was deleted, or whose end has come, is disabled. */
import { sql } from 'kysely'

/** For a statement in which `users` has this name. */
export const accountStatus = sql<'invited' | 'active' | 'disabled'>`
  case when users.deleted_at is not null or users.ends_at <= clock_timestamp() then 'disabled' else users.status end`
