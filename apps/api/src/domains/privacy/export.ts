/** What the database holds about one person, besides activity and the log, row by row. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { personalColumn } from '../personal-data/index.ts'
import { type PersonalTable, personalTables } from './personal-tables.ts'

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

interface FoundRow {
  readonly key: string
  readonly data: object
  readonly row: string | null
  readonly person: string | null
  /** In the order of the sealed columns. */
  readonly sealed: readonly (Buffer | null)[]
}

/** What is sealed stands beside the rest, as it was given. */
const openRows = async (transaction: Transaction, { table, sealed }: PersonalTable, rows: readonly FoundRow[]) => {
  const data: object[] = rows.map((row) => row.data)
  for (const [index, column] of (sealed?.columns ?? []).entries()) {
    const places = rows.map((row) => ({ row: row.row!, person: row.person, sealed: row.sealed[index] ?? null }))
    const opened = await personalColumn<object>(table, column).openAll(transaction, places)
    for (const [position, value] of opened.entries()) data[position] = { ...data[position], ...value }
  }
  return data
}

/** In the order of the tables, `limit` at most; fewer: there are no more. */
export const findPersonalRows = async (
  transaction: Transaction,
  options: { readonly person: string; readonly after: PersonalPosition | null; readonly limit: number },
): Promise<PersonalRow[]> => {
  const { person, after, limit } = options
  const found: PersonalRow[] = []
  for (const [index, described] of personalTables.entries()) {
    const { table, rowsOf, key, exported, sealed } = described
    if (after !== null && index < after.table) continue
    if (found.length >= limit) break
    const beyond = after?.table === index ? sql`and ${key}::text collate "C" > ${after.after}` : sql``
    const selected =
      sealed === undefined
        ? sql`null as row, null as person, array[]::bytea[] as sealed`
        : sql`(${sealed.row})::text as row, (${sealed.person})::text as person,
            array[${sql.join(sealed.columns.map((column) => sql.ref(`${table}.${column}`)))}] as sealed`
    const { rows } = await sql<FoundRow>`
      select ${key}::text as key, to_jsonb(picked) as data, ${selected}
      from ${sql.table(table)}, lateral (select ${sql.join(exported.map((column) => sql.ref(`${table}.${column}`)))}) as picked
      where ${rowsOf(person)} ${beyond} order by ${key}::text collate "C" limit ${limit - found.length}`.execute(transaction)
    const data = await openRows(transaction, described, rows)
    for (const [place, row] of rows.entries()) {
      found.push({ table, key: row.key, data: data[place], position: { table: index, after: row.key } })
    }
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
