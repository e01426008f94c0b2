import type { StoreLocation } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'

/** A third-party store, where secrets lie that we only refer to. */
export interface Store {
  readonly id: string
  readonly name: string
  /** Who signs tokens for it. */
  readonly issuer: string
  readonly location: StoreLocation
  readonly createdAt: Date
}

/** Whether nothing that lies there can be changed: what it gives out it makes for each lease. */
export const makesUsers = (store: Store | null): boolean =>
  store?.location.kind === 'vault' && store.location.engine === 'database'

/** The same of a row of `stores`. */
export const makesUsersSql = sql`stores.location ->> 'engine' = 'database'`

const select = (transaction: Transaction) =>
  transaction.selectFrom('stores').select(['id', 'name', 'issuer', 'location', 'created_at as createdAt'])

/** Ordered by name, then id; `after` is the last one seen. */
export const listStores = (
  transaction: Transaction,
  { after, limit }: { readonly after: Pick<Store, 'id' | 'name'> | null; readonly limit: number },
): Promise<Store[]> =>
  select(transaction)
    .$if(after !== null, (query) =>
      query.where(({ eb, refTuple, tuple }) => eb(refTuple('name', 'id'), '>', tuple(after!.name, after!.id))),
    )
    .orderBy('name')
    .orderBy('id')
    .limit(limit)
    .execute()

export const findStore = async (transaction: Transaction, id: string): Promise<Store | null> =>
  (await select(transaction).where('id', '=', id).executeTakeFirst()) ?? null

export const insertStore = async (transaction: Transaction, store: Store): Promise<void> => {
  const { id, name, issuer, location, createdAt } = store
  await transaction
    .insertInto('stores')
    .values({ id, name, issuer, location: JSON.stringify(location), created_at: createdAt })
    .execute()
}

export const countStores = async (transaction: Transaction): Promise<number> => {
  const row = await transaction
    .selectFrom('stores')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
