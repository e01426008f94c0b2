/** Whether a password works at a database server itself. */
import type { ShopDatabase } from '@sallyport/testkit'
import pg from 'pg'

export const signsInTo = async (
  { host, port, database, caPem }: Pick<ShopDatabase, 'host' | 'port' | 'database' | 'caPem'>,
  user: string,
  password: string,
): Promise<boolean> => {
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca: caPem } })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
