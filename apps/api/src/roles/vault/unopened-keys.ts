/** Keys that rest in the database and do not open: noted and told once, and tried again later. */
import { createHash } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlert } from '../../domains/alerts/index.ts'
import type { WrappedRow } from './wrapped-rows.ts'

export interface Tried<Result> {
  readonly done: readonly { readonly row: WrappedRow; readonly result: Result }[]
  readonly unopened: readonly WrappedRow[]
  /** Why the rest was not tried: the service does not answer. */
  readonly failure: unknown
}

/** One after the other. A row that does not open is passed over; a service that does not answer ends it, with what was done. */
export const tryRows = async <Result>(
  rows: readonly WrappedRow[],
  work: (row: WrappedRow) => Promise<Result>,
): Promise<Tried<Result>> => {
  const done: { row: WrappedRow; result: Result }[] = []
  const unopened: WrappedRow[] = []
  for (const row of rows) {
    try {
      done.push({ row, result: await work(row) })
    } catch (error) {
      if (!(error instanceof SallyportError) || error.code !== 'secret_unavailable') return { done, unopened, failure: error }
      unopened.push(row)
    }
  }
  return { done, unopened, failure: null }
}

const digestOf = (row: WrappedRow): Buffer => createHash('sha256').update(row.wrapped).digest()

/** An alert for each that was not known yet. */
export const noteUnopened = async (
  transaction: Transaction,
  rows: readonly WrappedRow[],
  { organization, actor, now }: { readonly organization: string; readonly actor: AuditActor; readonly now: Date },
): Promise<void> => {
  for (const row of rows) {
    const again = await transaction
      .updateTable('unopened_keys')
      .set({ tried_at: now })
      .where('digest', '=', digestOf(row))
      .executeTakeFirst()
    if (again.numUpdatedRows === 1n) continue
    await transaction
      .insertInto('unopened_keys')
      .values({ digest: digestOf(row), name: row.name, found_at: now, tried_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const message = `A key does not open, under no root key that is configured: ${row.name}. The others go on without it.`
    await raiseAlert(transaction, { organization, kind: 'key-unopened', user: null, device: null, message, actor })
  }
}

export const forgetUnopened = async (transaction: Transaction, rows: readonly WrappedRow[]): Promise<void> => {
  if (rows.length === 0) return
  await transaction.deleteFrom('unopened_keys').where('digest', 'in', rows.map(digestOf)).execute()
}
