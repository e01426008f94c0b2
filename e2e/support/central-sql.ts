/** What somebody does to the central API's database who got a login to it, the superuser's included. */
import pg from 'pg'

/** Runs `work` on one connection. */
export const withCentralSql = async <Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Runs one statement and returns its rows. Throws PostgreSQL's refusal. */
export const centralSql = <Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> => withCentralSql(url, async (client) => (await client.query<Row>(text, [...values])).rows)
