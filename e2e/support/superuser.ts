/** What a test does at a database server directly, past everything, as its superuser. */
import type { RunningPostgres } from '@sallyport/postgres'
import pg from 'pg'

/** Runs one text and returns the rows of its last statement. */
export const asSuperuser = async <Row extends pg.QueryResultRow>(
  postgres: RunningPostgres,
  text: string,
  database = 'postgres',
): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: postgres.connectionString(database) })
  await client.connect()
  try {
    const results = await client.query<Row>(text)
    return (Array.isArray(results) ? (results.at(-1) as pg.QueryResult<Row>) : results).rows
  } finally {
    await client.end()
  }
}
