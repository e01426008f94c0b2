/** The tools that people have, unedited, against a listener: what they do with a database of their own works here too. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Testbed } from '@sallyport/testbed'
import { hasProgram, installedPostgres, runProgram } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { psqlPrints, runPsql } from '../support/run-psql.ts'

/** pg_dump refuses servers that are newer than itself. */
const debian = installedPostgres(15)

let testbed: Testbed
beforeAll(async () => {
  testbed = await Testbed.start(debian === null ? {} : { shop: { binaries: debian } })
})
afterAll(() => testbed.stop())

const url = (credential: string, parameters?: string) => testbed.owner.agent.url(`shop-db/${credential}`, parameters)

const run = async (command: string, ...args: readonly string[]) => {
  const finished = await runProgram({ command, args, env: { PATH: process.env['PATH'] }, timeoutMs: 180_000 })
  expect(finished, `${command}: ${finished.stderr}`).toMatchObject({ code: 0 })
  return finished
}

describe.skipIf(!hasProgram('psql'))('psql (needs psql)', () => {
  test.each(['disable', 'allow', 'prefer', 'require'])(
    'connects with sslmode=%s, whatever user and password it names',
    async (mode) => {
      const { host, port } = await testbed.owner.agent.listening('shop-db/read-only')
      const text = `postgresql://nobody:wrong@${host}:${port}/shop?sslmode=${mode}`
      expect(await psqlPrints(text, 'select current_user, current_database()')).toBe('readonly|shop')
    },
  )

  test('connects through the unix socket', async () => {
    const { socketDirectory, port } = await testbed.owner.agent.listening('shop-db/read-only')
    expect(await psqlPrints(`host=${socketDirectory} port=${port} dbname=shop user=anyone`, 'select current_user')).toBe(
      'readonly',
    )
  })

  test('is told by the database what it may not do, and goes on', async () => {
    const { stderr } = await runPsql(await url('read-only'), 'delete from orders')
    expect(stderr).toContain('permission denied')
    expect(await psqlPrints(await url('read-only'), 'select count(*) from orders')).toBe('360')
  })

  test('is told in its own form which databases a credential may use', async () => {
    const { host, port } = await testbed.owner.agent.listening('shop-db/read-only')
    const { code, stderr } = await runPsql(`postgresql://${host}:${port}/postgres`, 'select 1')
    expect(code).toBe(2)
    expect(stderr).toContain('(database_not_allowed)')
    expect(stderr).toContain('"postgres" is not among the allowed ones: shop.')
  })

  test('lists tables, copies out and in, imports and exports large objects', async () => {
    const [csv, object, copy] = ['customers.csv', 'object', 'object-back'].map((name) => join(testbed.directory, name)) as [
      string,
      string,
      string,
    ]
    expect(await psqlPrints(await url('owner'), '\\d')).toContain('customers')
    await psqlPrints(await url('owner'), `\\copy customers to '${csv}' csv`)
    const lines = (await readFile(csv, 'utf8')).trimEnd().split('\n').length
    await psqlPrints(await url('owner'), 'create table copied (like customers)', `\\copy copied from '${csv}' csv`)
    expect(await psqlPrints(await url('owner'), 'select count(*) from copied')).toBe(String(lines))
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251))
    await writeFile(object, bytes)
    const imported = await psqlPrints(await url('owner'), `\\lo_import '${object}'`, '\\echo :LASTOID')
    const [, oid] = /^(?:lo_import )?(\d+)$/m.exec(imported) ?? []
    await psqlPrints(await url('owner'), `\\lo_export ${oid} '${copy}'`)
    expect((await readFile(copy)).equals(bytes)).toBe(true)
  })
})

describe.skipIf(!hasProgram('pgbench'))('pgbench (needs pgbench)', () => {
  beforeAll(async () => {
    await run('pgbench', '--initialize', '--quiet', '--scale=1', await url('owner'))
  })

  test.each(['simple', 'extended', 'prepared'])('runs in %s mode with eight clients', async (mode) => {
    const { stdout } = await run(
      'pgbench',
      `--protocol=${mode}`,
      '--client=8',
      '--transactions=20',
      '--no-vacuum',
      await url('owner'),
    )
    expect(stdout).toMatch(/number of transactions actually processed: 160\/160/)
    expect(stdout).toMatch(/number of failed transactions: 0/)
  })
})

test.skipIf(debian === null)(
  'pg_dump of the listener equals that of the database, and restores (needs PostgreSQL 15)',
  async () => {
    const { host, port, database, users } = testbed.shop
    const direct = `postgresql://${users.owner.name}:${users.owner.password}@${host}:${port}/${database}?sslmode=require`
    const dump = async (from: string) =>
      (await run('pg_dump', '--table=products', '--no-owner', from)).stdout.replaceAll(/^\\(un)?restrict .*$/gm, '')
    const through = await dump(await url('owner'))
    expect(through).toContain('COPY public.products')
    expect(through).toBe(await dump(direct))
    const restored = await runProgram({
      command: 'psql',
      args: ['--quiet', '--set=ON_ERROR_STOP=1', await url('owner')],
      input: `create schema restored; ${through.replaceAll('public.', 'restored.')}`,
      env: { PATH: process.env['PATH'] },
    })
    expect(restored.stderr).toBe('')
    expect(await psqlPrints(await url('owner'), 'select count(*) from restored.products')).toBe('40')
  },
)

describe('node-postgres', () => {
  test('uses a pool of twenty connections under one lease', async () => {
    const before = (await testbed.owner.agent.api('listLeases', { query: { limit: 500 } })).items.length
    const pool = new pg.Pool({ connectionString: await url('read-write'), max: 20 })
    const rows = await Promise.all(
      Array.from({ length: 60 }, (_, index) => pool.query<{ n: number }>('select $1::int + 1 as n', [index])),
    )
    expect(rows.map(({ rows: [row] }) => row?.n)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1))
    await pool.end()
    const after = (await testbed.owner.agent.api('listLeases', { query: { limit: 500 } })).items.length
    expect(after - before).toBeLessThanOrEqual(1)
  })

  test('hears notifications, and knows its own by the server’s process id', async () => {
    const [listener, other] = await Promise.all([url('read-only'), url('read-only')])
    const clients = [new pg.Client({ connectionString: listener }), new pg.Client({ connectionString: other })] as const
    await Promise.all(clients.map((client) => client.connect()))
    const heard: pg.Notification[] = []
    clients[0].on('notification', (notification) => heard.push(notification))
    await clients[0].query('listen news')
    await clients[1].query(`notify news, 'from another'`)
    await clients[0].query(`notify news, 'from myself'`)
    await clients[0].query('select 1')
    const own = (clients[0] as unknown as { processID: number }).processID
    const { rows } = await clients[0].query<{ pid: number }>('select pg_backend_pid() as pid')
    expect(rows[0]?.pid).toBe(own)
    expect(heard.map(({ payload, processId }) => [payload, processId === own])).toEqual([
      ['from another', false],
      ['from myself', true],
    ])
    await Promise.all(clients.map((client) => client.end()))
  })

  test('gets errors with their SQLSTATE inside a transaction, and rolls back', async () => {
    const client = new pg.Client({ connectionString: await url('owner') })
    await client.connect()
    await client.query('begin')
    await expect(client.query('select 1/0')).rejects.toMatchObject({ code: '22012' })
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' })
    await client.query('rollback')
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })
})
