/** Where a text is in the central API's database, for whoever reads all of it. */
import { withCentralSql } from './central-sql.ts'

/** Tables in which a text is, in clear or as bytes. `url`: of the superuser. */
export const tablesWith = (url: string, text: string): Promise<string[]> =>
  withCentralSql(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
    )
    const found: string[] = []
    for (const { name: table } of rows) {
      const forms = [text, Buffer.from(text).toString('hex')].map((form) => `row_text ilike '%${form}%'`).join(' or ')
      const looked = await client.query(
        `select 1 from (select t::text as row_text from "${table}" t) as texts where ${forms} limit 1`,
      )
      if (looked.rows.length > 0) found.push(table)
    }
    return found.toSorted()
  })
