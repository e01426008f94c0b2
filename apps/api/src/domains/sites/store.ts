import type { Transaction } from '../../db/schema.ts'

export interface Site {
  readonly id: string
  readonly name: string
}

/** Ordered by name, then id; `after` is the last one seen. */
export const listSites = (
  transaction: Transaction,
  { after, limit }: { readonly after: Site | null; readonly limit: number },
): Promise<Site[]> =>
  transaction
    .selectFrom('sites')
    .select(['id', 'name'])
    .$if(after !== null, (select) =>
      select.where(({ eb, refTuple, tuple }) => eb(refTuple('name', 'id'), '>', tuple(after!.name, after!.id))),
    )
    .orderBy('name')
    .orderBy('id')
    .limit(limit)
    .execute()

export const findSite = async (transaction: Transaction, id: string): Promise<Site | null> =>
  (await transaction.selectFrom('sites').select(['id', 'name']).where('id', '=', id).executeTakeFirst()) ?? null

export const countSites = async (transaction: Transaction): Promise<number> => {
  const row = await transaction
    .selectFrom('sites')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
