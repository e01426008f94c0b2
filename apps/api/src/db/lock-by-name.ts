import { sql } from 'kysely'
import type { Transaction } from './schema.ts'

/**
 * One at a time in an organization: who comes second waits until the first one's transaction ends, and sees what it did. `which`:
 * of several, such as an id.
 */
export const lockByName = async (transaction: Transaction, name: string, which?: string): Promise<void> => {
  const [before, after] = [`sallyport ${name} `, which === undefined ? '' : ` ${which}`]
  await sql`select pg_advisory_xact_lock(hashtextextended(
    ${before}::text || sallyport_organization()::text || ${after}::text, 0))`.execute(transaction)
}
