/** What the database holds about one person, besides activity and the log, row by row. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { personalTables } from './personal-tables.ts'

/** Where a part of an export ended: in which table, and after which row of it. */
export interface PersonalPosition {
  readonly table: number
  readonly after: string
}

export interface PersonalRow {
  readonly table: string
  readonly key: string
  readonly data: unknown
  readonly position: PersonalPosition
}

/** In the order of the tables, `limit` at most; fewer: there are no more. */
export const findPersonalRows = async (
  transaction: Transaction,
  options: { readonly person: string; readonly after: PersonalPosition | null; readonly limit: number },
): Promise<PersonalRow[]> => {
  const { person, after, limit } = options
  const found: PersonalRow[] = []
  for (const [index, { table, rowsOf, key, exported }] of personalTables.entries()) {
    if (after !== null && index < after.table) continue
    if (found.length >= limit) break
    const beyond = after?.table === index ? sql`and ${key}::text collate "C" > ${after.after}` : sql``
    const { rows } = await sql<{ readonly key: string; readonly data: unknown }>`
      select ${key}::text as key, to_jsonb(picked) as data
      from ${sql.table(table)}, lateral (select ${sql.join(exported.map((column) => sql.ref(`${table}.${column}`)))}) as picked
      where ${rowsOf(person)} ${beyond} order by ${key}::text collate "C" limit ${limit - found.length}`.execute(transaction)
    for (const row of rows) found.push({ table, ...row, position: { table: index, after: row.key } })
  }
  return found
}

/** How many rows there are, by table. */
export const countPersonalRows = async (transaction: Transaction, person: string): Promise<{ table: string; rows: number }[]> => {
  const counts = new Map<string, number>()
  for (const { table, rowsOf } of personalTables) {
    const { rows } = await sql<{ readonly count: number }>`
      select count(*)::integer as count from ${sql.table(table)} where ${rowsOf(person)}`.execute(transaction)
    counts.set(table, (counts.get(table) ?? 0) + rows[0]!.count)
  }
  return [...counts].map(([table, rows]) => ({ table, rows }))
}
