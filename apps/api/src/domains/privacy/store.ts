import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'

export interface Erasure {
  readonly user: string
  readonly erasedAt: Date
  /** null: something of theirs is still being deleted. */
  readonly finishedAt: Date | null
}

const select = (transaction: Transaction) =>
  transaction.selectFrom('erasures').select(['user_id as user', 'erased_at as erasedAt', 'finished_at as finishedAt'])

/** Also somebody who was deleted, or erased. */
export const isKnownPerson = async (transaction: Transaction, person: string): Promise<boolean> =>
  (await transaction.selectFrom('users').select('id').where('id', '=', person).executeTakeFirst()) !== undefined

export const findErasure = async (transaction: Transaction, user: string): Promise<Erasure | null> =>
  (await select(transaction).where('user_id', '=', user).executeTakeFirst()) ?? null

/** By id, after `after`. */
export const listErasures = (
  transaction: Transaction,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<Erasure[]> => {
  const query = select(transaction).orderBy('user_id').limit(limit)
  return (after === null ? query : query.where('user_id', '>', after)).execute()
}

export const findUnfinishedErasure = async (transaction: Transaction): Promise<Erasure | null> =>
  (await select(transaction).where('finished_at', 'is', null).orderBy('erased_at').limit(1).executeTakeFirst()) ?? null

/** False: the person was erased before. */
export const insertErasure = async (transaction: Transaction, user: string, erasedAt: Date): Promise<boolean> => {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('erasures')
    .values({ user_id: user, erased_at: erasedAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export const finishErasure = async (transaction: Transaction, user: string, finishedAt: Date): Promise<void> => {
  await transaction.updateTable('erasures').set({ finished_at: finishedAt }).where('user_id', '=', user).execute()
}

/** Of these people, those who were erased. */
export const erasedAmong = async (transaction: Transaction, users: readonly string[]): Promise<ReadonlySet<string>> => {
  const { rows } = await sql<{ readonly user_id: string }>`
    select user_id from erasures where user_id = any(${users}::uuid[])`.execute(transaction)
  return new Set(rows.map(({ user_id }) => user_id))
}
