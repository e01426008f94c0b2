/** The only way to an organization's rows: a transaction that says whose rows may be seen. */
import { sql } from 'kysely'
import type { Pool, Transaction } from './schema.ts'

/** Of which pool a transaction is, and whose rows it sees. */
export interface TransactionScope {
  readonly pool: Pool
  readonly organization: string
}

const scopes = new WeakMap<Transaction, TransactionScope>()

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
    scopes.set(transaction, { pool, organization })
    return work(transaction)
  })

/** Throws for a transaction that {@link withOrganization} did not begin. */
export const scopeOf = (transaction: Transaction): TransactionScope => {
  const scope = scopes.get(transaction)
  if (scope === undefined) throw new TypeError('this transaction belongs to no organization')
  return scope
}
