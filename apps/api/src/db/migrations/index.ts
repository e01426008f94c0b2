/** Every migration in the order of its name. A migration that was released is never changed: another one follows it. */
import type { Migration } from 'kysely/migration'
import * as organizations from './0001-organizations.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-organizations': organizations,
}
