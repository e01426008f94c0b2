import pg from 'pg'
import type { Login } from '@sallyport/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canaryOf } from '../canary.ts'
import { makeAuthority } from '../certificates.ts'
import { installedPostgres } from '../programs.ts'
import { waitFor } from '../wait-for.ts'
import type { ShopDatabase } from './shop-database.ts'
import { shopDatabase } from './shop-database.ts'
import { createShop, resetShopPasswords } from './shop.ts'

let shop: ShopDatabase
beforeAll(async () => {
  shop = await shopDatabase()
})
afterAll(() => shop.stop())

const clientOptions = ({ name, password }: Login): pg.ClientConfig => ({
  host: shop.host,
  port: shop.port,
  database: shop.database,
  user: name,
  password,
  ssl: { ca: shop.caPem },
})

const ask = async (options: pg.ClientConfig, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client(options)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

test('each user signs in with SCRAM over verified TLS', async () => {
  const text = `SELECT current_user AS name, ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
  for (const user of Object.values(shop.users)) {
    expect(await ask(clientOptions(user), text)).toEqual([{ name: user.name, ssl: true, version: 'TLSv1.3' }])
  }
})

test('without TLS, or with another password, nobody comes in', async () => {
  const { readonly, owner } = shop.users
  await expect(ask({ ...clientOptions(readonly), ssl: false }, 'SELECT')).rejects.toMatchObject({ code: '28000' })
  const mixedUp = { ...clientOptions(readonly), password: owner.password }
  await expect(ask(mixedUp, 'SELECT')).rejects.toMatchObject({ code: '28P01' })
})

test('holds the same rows in every copy', async () => {
  const digest = `SELECT
    (SELECT md5(string_agg(c::text, ',' ORDER BY id)) FROM customers c) AS customers,
    (SELECT md5(string_agg(p::text, ',' ORDER BY id)) FROM products p) AS products,
    (SELECT count(*)::int FROM orders) AS orders, (SELECT count(*)::int FROM order_lines) AS lines,
    (SELECT sum(revenue)::text FROM revenue_by_city) AS revenue`
  const [rows] = await ask({ ...clientOptions(shop.users.readonly), options: '-c TimeZone=UTC' }, digest)
  expect(rows).toMatchInlineSnapshot(`
    {
      "customers": "c9224295167073303eedcd73a1d80728",
      "lines": 720,
      "orders": 360,
      "products": "6def29dcb4c5a648fb1dd1312c24e4d1",
      "revenue": "115275.00",
    }
  `)
})

test('the owner alters, readwrite writes, readonly reads', async () => {
  const { owner, readwrite, readonly } = shop.users
  const insert = `INSERT INTO customers (name, email, city, created_at) VALUES ('Zoë', 'zoe@example.com', 'Oslo', now()) RETURNING id`
  expect(await ask(clientOptions(readwrite), insert)).toEqual([{ id: 121 }])
  expect(await ask(clientOptions(readonly), `SELECT name FROM customers WHERE id = 121`)).toEqual([{ name: 'Zoë' }])
  await expect(ask(clientOptions(readonly), `DELETE FROM orders`)).rejects.toMatchObject({ code: '42501' })
  await expect(ask(clientOptions(readonly), `CREATE TEMPORARY TABLE t ()`)).rejects.toMatchObject({ code: '42501' })
  await expect(ask(clientOptions(readwrite), `DROP TABLE orders`)).rejects.toMatchObject({ code: '42501' })
  await ask(clientOptions(owner), `ALTER TABLE orders ADD COLUMN extra integer; CREATE TABLE later (id integer)`)
  expect(await ask(clientOptions(readonly), `TABLE later`)).toEqual([])
})

test('creating it again changes nothing, new passwords replace the old', async () => {
  const before = shop.users.readonly
  await createShop(shop.postgres)
  const users = await resetShopPasswords(shop.postgres)
  await expect(ask(clientOptions(before), 'SELECT')).rejects.toMatchObject({ code: '28P01' })
  expect(await ask(clientOptions(users.readonly), 'SELECT count(*)::int AS orders FROM orders')).toEqual([{ orders: 360 }])
  const shadow = await ask(
    { connectionString: shop.postgres.connectionString('postgres') },
    'SELECT rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL',
  )
  expect(shadow).toHaveLength(4)
  for (const { password } of Object.values(users)) {
    expect(canaryOf(password).findBytes(Buffer.from(JSON.stringify(shadow)))).toEqual([])
  }
})

test('takes another certificate while it runs', async () => {
  const authority = await makeAuthority()
  const { cert, key } = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  const users = await resetShopPasswords(shop.postgres)
  const options = { ...clientOptions(users.readonly), ssl: { ca: authority.ca } }
  await expect(ask(options, 'SELECT')).rejects.toThrow(/certificate/)
  await shop.postgres.reload({ tls: { certPem: cert, keyPem: key } })
  await waitFor(() => ask(options, 'SELECT'), { description: 'the new certificate' })
})

const debian = installedPostgres(15)

test.skipIf(debian === null)('also runs on PostgreSQL 15, with settings and access rules of its own', async () => {
  const old = await shopDatabase({
    ...(debian === null ? {} : { binaries: debian }),
    settings: { password_encryption: 'md5' },
    hba: ['hostssl all all 127.0.0.1/32 md5'],
  })
  try {
    const { name: user, password } = old.users.owner
    const options = { host: '127.0.0.1', port: old.port, database: old.database, user, password, ssl: { ca: old.caPem } }
    const [row] = await ask(
      options,
      `SELECT current_setting('server_version') AS version, current_setting('password_encryption') AS kind`,
    )
    expect(row).toEqual({ version: expect.stringMatching(/^15\./), kind: 'md5' })
  } finally {
    await old.stop()
  }
})
