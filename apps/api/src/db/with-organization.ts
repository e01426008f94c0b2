/** The only way to an organization's rows: a transaction that says whose rows may be seen. */
import { sql } from 'kysely'
import type { Pool, Transaction } from './schema.ts'

/**
 * Runs `work` in one transaction that sees only the rows of `organization` (row-level security, see `protectTable`). The
 * setting ends with the transaction, so that the next user of the connection begins without any. Rolls back and throws what
 * `work` throws.
 */
export const withOrganization = <Result>(
  pool: Pool,
  organization: string,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> =>
  pool.transaction().execute(async (transaction) => {
    await sql`select set_config('sallyport.organization', ${organization}, true)`.execute(transaction)
    return work(transaction)
  })
