/** Real tools of PostgreSQL through the adapter. They are of version 15 and refuse newer servers, so that the server is too. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encodeQuery } from './codec/frontend.ts'
import { VERSION_3_2 } from './codec/messages.ts'
import { encodeCancelRequest } from './codec/startup.ts'
import { startDatabase, type Database } from './testing/database.ts'
import { queriesIn, summary, transfersIn } from './testing/facts.ts'
import { startGateway, type GatewayOptions, type TestGateway } from './testing/gateway.ts'
import { errorIn, keyIn, RawClient } from './testing/raw-client.ts'
import { psql, run } from './testing/run.ts'

const BINARIES = '/usr/lib/postgresql/15/bin'

let database: Database
let gateway: TestGateway
let folder: string

beforeAll(async () => {
  database = await startDatabase({
    binaries: BINARIES,
    hba: ['hostssl all all 127.0.0.1/32 scram-sha-256', 'hostssl replication app 127.0.0.1/32 scram-sha-256'],
  })
  await database.admin('grant pg_read_all_stats to app')
})
afterAll(() => database.stop())

const gatewayWith = (options: Partial<GatewayOptions> = {}): Promise<TestGateway> => {
  const { server, user, password, tls } = database
  return startGateway({ port: server.port, userName: user, secret: password, caPem: tls.certPem, ...options })
}

beforeEach(async () => {
  gateway = await gatewayWith()
  folder = mkdtempSync(join(tmpdir(), 'tools-'))
})
afterEach(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

const through = (...more: string[]): string[] => ['-h', '127.0.0.1', '-p', String(gateway.port), '-U', 'anybody', ...more]

describe('psql', () => {
  test('works unedited, whatever user it names, and asks for no password', async () => {
    const { code, out, err } = await psql(gateway.port, 'select current_user, current_database();', {
      env: { PGSSLMODE: 'prefer' },
    })
    expect({ code, out, err }).toEqual({ code: 0, out: 'app|shop\n', err: '' })
  })

  test('cannot be told to require encryption of the adapter: the agent ends it before', async () => {
    const { code, err } = await psql(gateway.port, 'select 1', { env: { PGSSLMODE: 'require' } })
    expect(code).toBe(2)
    expect(err).toContain('SSL')
  })

  test('shows errors with their position, and notices', async () => {
    const { err } = await psql(gateway.port, "do $$begin raise notice 'hello'; end$$; select 1 from nowhere;")
    expect(err).toContain('NOTICE:  hello')
    expect(err).toContain('relation "nowhere" does not exist')
    expect(err).toContain('^')
  })

  test('copies in and out', async () => {
    const { out } = await psql(gateway.port, 'create table c (a int);\n\\copy c from stdin\n1\n2\n\\.\n\\copy c to stdout\n')
    expect(out).toContain('1\n2\n')
    expect(transfersIn(gateway.records).map(({ direction, rows, bytes }) => [direction, rows, bytes])).toEqual([
      // psql sends the end mark along.
      ['in', 2, 7],
      ['out', 2, 4],
    ])
  })

  test('hears its own notifications', async () => {
    const { out } = await psql(gateway.port, "listen n;\nnotify n, 'x';\nselect pg_backend_pid();\n")
    const pid = /^(\d+)$/m.exec(out)?.[1]
    expect(out).toContain(`Asynchronous notification "n" with payload "x" received from server process with PID ${pid}.`)
  })

  test('stores and reads large objects', async () => {
    const statements = `\\lo_import ${BINARIES}/pg_config\n\\lo_export :LASTOID ${join(folder, 'copy')}\n\\lo_unlink :LASTOID\n`
    const { code, err } = await psql(gateway.port, statements)
    expect([code, err]).toEqual([0, ''])
    expect((await run('cmp', [`${BINARIES}/pg_config`, join(folder, 'copy')])).code).toBe(0)
    expect(queriesIn(gateway.records).some(({ form }) => form === 'function')).toBe(true)
  })

  test('changes a password with \\password only for others', async () => {
    // The new password is typed twice on a terminal; here it is what a tool would send after hashing it.
    const { err } = await psql(gateway.port, "alter user app password 'SCRAM-SHA-256$4096:AAAA$BBBB:CCCC';")
    expect(err).toContain('cannot be changed through Sallyport (password_change_refused)')
    expect(err).toContain('HINT:')
    expect(JSON.stringify(gateway.records)).not.toContain('AAAA')
  })

  test('stops what it runs when it is interrupted', async () => {
    const child = spawn('psql', ['-X', ...through('-d', 'shop', '-c', 'select pg_sleep(600)')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let err = ''
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    await gateway.recorded(({ kind }) => kind === 'connection.opened')
    const running = "select 1 from pg_stat_activity where query like '%pg_sleep(600)%' and state = 'active' and usename = 'app'"
    await expect.poll(() => database.admin(running)).toHaveLength(1)
    child.kill('SIGINT')
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code).toBe(1)
    expect(err).toContain('canceling statement due to user request')
    const cancelled = await gateway.recorded(({ kind }) => kind === 'cancel')
    expect(cancelled).toMatchObject({ matched: true })
    expect(summary(gateway.records)).toEqual(['select pg_sleep(600) | null | 57014'])
  })
})

describe('what the resource sees', () => {
  const names = async (): Promise<string> => {
    const { out } = await psql(gateway.port, 'select application_name from pg_stat_activity where pid = pg_backend_pid();')
    return out.trim()
  }

  test('is the name of the tool with a label of the session', async () => {
    expect(await names()).toBe('psql [sp:abcd1234]')
  })

  test('keeps the label where the name is too long', async () => {
    const { out } = await psql(gateway.port, 'show application_name;', { env: { PGAPPNAME: 'n'.repeat(80) } })
    expect(out.trim()).toBe(`${'n'.repeat(63 - ' [sp:abcd1234]'.length)} [sp:abcd1234]`)
  })

  test('is the name alone where the resource is not to be told', async () => {
    await gateway.stop()
    gateway = await gatewayWith({ target: { labelConnections: false } })
    expect(await names()).toBe('psql')
  })

  test('is startup options and time zone as the tool asked', async () => {
    const { out } = await psql(gateway.port, 'show work_mem; show timezone;', {
      env: { PGOPTIONS: '-c work_mem=7MB', PGTZ: 'Asia/Tokyo' },
    })
    expect(out).toBe('7MB\nAsia/Tokyo\n')
  })
})

describe('databases', () => {
  const inDatabase = (name: string | null) =>
    run('psql', ['-X', '-A', '-t', ...through(...(name === null ? [] : ['-d', name])), '-c', 'select current_database()'])

  test('are honoured where the credential allows them, and listed where not', async () => {
    await gateway.stop()
    gateway = await gatewayWith({ target: { databases: ['shop', 'postgres'] } })
    expect((await inDatabase('postgres')).out).toBe('postgres\n')
    const { code, err } = await inDatabase('template1')
    expect(code).toBe(2)
    expect(err).toContain('this credential may not use that database (database_not_allowed)')
    expect(err).toContain('shop, postgres')
  })

  test('default to the first one where the tool names none', async () => {
    await gateway.stop()
    gateway = await gatewayWith({ target: { databases: ['shop', 'postgres'] } })
    expect((await inDatabase(null)).out).toBe('shop\n')
  })

  test("that do not exist are told in the resource's own words", async () => {
    const { err } = await inDatabase('nowhere')
    expect(err).toContain('FATAL:  database "nowhere" does not exist')
  })
})

describe('protocol 3.2', () => {
  test('is spoken with a tool also where the resource only knows 3.0, and its cancel secret works', async () => {
    const { client, greeting } = await RawClient.signIn(gateway.port, { version: VERSION_3_2 })
    const key = keyIn(greeting)
    expect([key.secret.length, greeting[0]?.type]).toEqual([32, 'R'])
    client.send(encodeQuery('select pg_sleep(601)'))
    const running = "select 1 from pg_stat_activity where query = 'select pg_sleep(601)' and state = 'active'"
    await expect.poll(() => database.admin(running)).toHaveLength(1)
    const canceller = await RawClient.connect(gateway.port)
    canceller.send(encodeCancelRequest(key.processId, key.secret))
    expect(errorIn(await client.until('Z')).sqlstate).toBe('57014')
    client.socket.destroy()
  })
})

describe('pgbench', () => {
  beforeAll(async () => {
    const url = database.server.connectionString('shop', database.user, database.password)
    const { code, err } = await run('pgbench', ['-i', '-q', url], { env: { PGSSLMODE: 'prefer' } })
    if (code !== 0) throw new Error(err)
  })

  test.each(['simple', 'extended', 'prepared'])('runs with -M %s, and every statement is recorded', async (mode) => {
    const { code, out, err } = await run('pgbench', ['-n', '-M', mode, '-c', '4', '-t', '25', ...through('shop')])
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('number of failed transactions: 0')
    const updates = queriesIn(gateway.records).filter(({ statement }) => statement.text.startsWith('UPDATE pgbench_accounts'))
    expect(updates).toHaveLength(100)
    expect(
      updates.every(({ rows, error, binds }) => rows === 1 && error === null && binds.length === (mode === 'simple' ? 0 : 2)),
    ).toBe(true)
  })

  test('runs pipelines', async () => {
    const script = join(folder, 'script.sql')
    writeFileSync(script, '\\startpipeline\nselect 1;\nselect 2;\nselect 3;\n\\endpipeline\n')
    const { code, err } = await run('pgbench', ['-n', '-M', 'extended', '-t', '10', '-f', script, ...through('shop')])
    expect([code, err]).toEqual([0, ''])
    expect(queriesIn(gateway.records).filter(({ statement }) => statement.text === 'select 2;')).toHaveLength(10)
  })
})

describe('pg_dump and pg_restore', () => {
  test('carry a database there and back', async () => {
    await psql(gateway.port, "create table d as select i, repeat('x', 500) as t from generate_series(1, 5000) i;")
    const file = join(folder, 'dump')
    expect(await run('pg_dump', ['-Fc', '-t', 'd', '-f', file, ...through('shop')])).toMatchObject({ code: 0, err: '' })
    await psql(gateway.port, 'drop table d;')
    expect(await run('pg_restore', ['-d', 'shop', ...through(), file])).toMatchObject({ code: 0, err: '' })
    expect((await psql(gateway.port, 'select count(*) from d;')).out).toBe('5000\n')
    expect(transfersIn(gateway.records).map(({ direction, rows }) => [direction, rows])).toEqual([
      ['out', 5000],
      ['in', 5000],
    ])
  })
})

describe('replication', () => {
  test('connections keep their application name', async () => {
    const { out } = await run('psql', [
      '-X',
      '-A',
      '-t',
      '-c',
      'show application_name',
      `host=127.0.0.1 port=${gateway.port} dbname=shop replication=database`,
    ])
    expect(out).toBe('psql\n')
  })

  test('physical: pg_receivewal streams, and the stream is a transfer both ways', async () => {
    const end = await database.admin('select pg_current_wal_lsn()::text as lsn')
    await psql(gateway.port, 'create table w as select generate_series(1, 1000) a;')
    const { code } = await run('pg_receivewal', ['-D', folder, '--no-sync', '-E', String(end[0]?.['lsn']), ...through()])
    expect(code).toBe(0)
    expect(readdirSync(folder)).not.toEqual([])
    expect(transfersIn(gateway.records).at(-1)).toMatchObject({ direction: 'both', error: null })
    expect(transfersIn(gateway.records).at(-1)?.bytes).toBeGreaterThan(1000)
  })

  test('physical: pg_basebackup copies the whole server', async () => {
    const { code, err } = await run('pg_basebackup', [
      '-D',
      folder,
      '-X',
      'none',
      '-F',
      'tar',
      '--no-sync',
      '--checkpoint=fast',
      ...through(),
    ])
    expect([code, err.replaceAll(/^NOTICE:.*\n/gm, '')]).toEqual([0, ''])
    expect(transfersIn(gateway.records)[0]?.bytes).toBeGreaterThan(1_000_000)
  })

  test('physical: is refused where the credential is limited to some databases', async () => {
    await gateway.stop()
    gateway = await gatewayWith({ target: { databases: ['shop'] } })
    const { code, err } = await run('pg_receivewal', ['-D', folder, '-n', ...through()])
    expect(code).toBe(1)
    expect(err).toContain('replication_not_allowed')
  })

  test('logical: pg_recvlogical receives changes', async () => {
    const slot = ['--slot', 's', '-P', 'test_decoding', ...through('-d', 'shop')]
    const created = await run('pg_recvlogical', ['--create-slot', ...slot])
    if (created.err.includes('test_decoding')) throw new Error(created.err)
    await psql(gateway.port, "create table l (a text); insert into l values ('change');")
    const end = await database.admin('select pg_current_wal_insert_lsn()::text as lsn')
    const { code, out } = await run('pg_recvlogical', ['--start', '-f', '-', '-E', String(end[0]?.['lsn']), '--no-loop', ...slot])
    expect(code).toBe(0)
    expect(out).toContain("a[text]:'change'")
    expect((await run('pg_recvlogical', ['--drop-slot', ...slot])).code).toBe(0)
  })
})
