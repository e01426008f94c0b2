/** What one person did on resources, deleted: the records, their recordings, and the words by which they are found. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { HOUR } from './insert.ts'

/** Deletes `limit` records at most. Returns how many; call again while it is `limit`. */
export const deleteActivityOf = async (
  transaction: Transaction,
  { user, limit }: { readonly user: string; readonly limit: number },
): Promise<number> => {
  const { rows } = await sql<{ readonly at: Date; readonly stream: string; readonly number: string }>`
    select at, stream, number from activity where user_id = ${user}::uuid order by at limit ${limit}`.execute(transaction)
  await transaction.deleteFrom('recordings').where('user_id', '=', user).execute()
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return 0
  const gone = sql`unnest(${rows.map(({ at }) => at)}::timestamptz[], ${rows.map(({ stream }) => stream)}::uuid[],
    ${rows.map(({ number }) => number)}::bigint[]) as gone (at, stream, number)`
  // A row of words lies within one hour and is filed under its latest record.
  const filed = sql`latest between ${first.at}::timestamptz and ${new Date(last.at.getTime() + HOUR)}::timestamptz`
  await sql`
    with gone as materialized (select stream, number from ${gone})
    update activity_words set (numbers, ats) = (
      select coalesce(array_agg(kept.number order by place), '{}'), coalesce(array_agg(kept.at order by place), '{}')
      from unnest(numbers, ats) with ordinality as kept (number, at, place)
      where not exists (select 1 from gone where gone.stream = activity_words.stream and gone.number = kept.number))
    where organization_id = sallyport_organization() and ${filed}
      and exists (select 1 from gone where gone.stream = activity_words.stream and gone.number = any(activity_words.numbers))`.execute(
    transaction,
  )
  await sql`
    delete from activity_words
    where organization_id = sallyport_organization() and ${filed} and cardinality(numbers) = 0`.execute(transaction)
  await sql`
    delete from activity where organization_id = sallyport_organization()
      and (at, stream, number) in (select at, stream, number from ${gone})`.execute(transaction)
  return rows.length
}
