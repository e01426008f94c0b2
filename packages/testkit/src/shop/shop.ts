/** The shop: a database like those that people want to reach, with sample data and three users. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Login, RunningPostgres } from '@sallyport/postgres'
import pg from 'pg'

export const SHOP_DATABASE = 'shop'

/** The shop's users: the owner of its tables, one who may change rows, one who may only read them. */
export const shopUserNames = ['owner', 'readwrite', 'readonly'] as const

export type ShopUsers = Readonly<Record<(typeof shopUserNames)[number], Login>>

/** Lines of pg_hba.conf for the shop: passwords (SCRAM) over TLS from this machine, replication included. */
export const shopAccess = ['hostssl all all 127.0.0.1/32 scram-sha-256', 'hostssl replication all 127.0.0.1/32 scram-sha-256']

const withClient = async (url: string, use: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

/** Creates the shop's database, tables, rows and users (still without passwords) if they are not there. */
export const createShop = async (postgres: RunningPostgres): Promise<void> => {
  await withClient(postgres.connectionString('postgres'), async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [SHOP_DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${SHOP_DATABASE}`)
  })
  await withClient(postgres.connectionString(SHOP_DATABASE), async (client) => {
    const { rows } = await client.query<{ filled: boolean }>(`SELECT to_regclass('customers') IS NOT NULL AS filled`)
    if (rows[0]?.filled !== true) await client.query(await readFile(new URL('shop.sql', import.meta.url), 'utf8'))
  })
}

/**
 * Gives the shop's users new random passwords and returns them. They exist nowhere else: the server keeps only what SCRAM
 * needs to check them.
 */
export const resetShopPasswords = async (postgres: RunningPostgres): Promise<ShopUsers> => {
  const login = (name: string): Login => ({ name, password: randomBytes(24).toString('base64url') })
  const users: ShopUsers = { owner: login('owner'), readwrite: login('readwrite'), readonly: login('readonly') }
  await withClient(postgres.connectionString('postgres'), async (client) => {
    for (const { name, password } of Object.values(users)) {
      await client.query(`ALTER ROLE ${client.escapeIdentifier(name)} PASSWORD ${client.escapeLiteral(password)}`)
    }
  })
  return users
}
