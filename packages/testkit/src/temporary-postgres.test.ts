import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { temporaryPostgres } from './temporary-postgres.ts'

test('two at a time know nothing of each other, and their folders go with them', async () => {
  const both = await Promise.all([temporaryPostgres(), temporaryPostgres()])
  try {
    for (const postgres of both) {
      const client = new pg.Client(postgres.connectionString('postgres'))
      await client.connect()
      await client.query('CREATE TABLE mine ()')
      await client.end()
    }
  } finally {
    await Promise.all(both.map((postgres) => postgres.stop()))
  }
  for (const { socketDirectory } of both) expect(existsSync(dirname(socketDirectory ?? ''))).toBe(false)
})
