import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encodeFlush, encodeQuery, encodeTerminate } from './codec/frontend.ts'
import {
  bindMessage,
  closeMessage,
  copyDataMessage,
  copyDoneMessage,
  describeMessage,
  executeMessage,
  parseMessage,
  syncMessage,
} from './codec/testing/messages.ts'
import { startDatabase, type Database } from './testing/database.ts'
import { queriesIn, summary, transfersIn } from './testing/facts.ts'
import { startGateway, type TestGateway } from './testing/gateway.ts'
import { errorIn, RawClient, statusIn, typesOf } from './testing/raw-client.ts'

let database: Database
let gateway: TestGateway

beforeAll(async () => {
  database = await startDatabase()
})
afterAll(() => database.stop())

beforeEach(async () => {
  const { server, user, password, tls } = database
  gateway = await startGateway({ port: server.port, userName: user, secret: password, caPem: tls.certPem })
})
afterEach(() => gateway.stop())

const text = (value: string) => ({ binary: false, bytes: Buffer.from(value) })

const openClient = async (): Promise<pg.Client> => {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: gateway.port,
    user: 'anybody',
    password: 'whatever',
    database: 'shop',
    ssl: false,
  })
  await client.connect()
  return client
}

describe('simple queries', () => {
  test('one record tells what ran, how many rows came back, and how it failed', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('select generate_series(1, 3)'))
    await client.until('Z')
    client.send(encodeQuery('select nothing'))
    expect(errorIn(await client.until('Z')).sqlstate).toBe('42703')
    expect(summary(gateway.records)).toEqual(['select generate_series(1, 3) | 3 | ok', 'select nothing | null | 42703'])
  })

  test('several statements in one message are one record with all their rows', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('create temp table t (a int); insert into t values (1), (2); select * from t; '))
    await client.until('Z')
    client.send(encodeQuery(''))
    expect(typesOf(await client.until('Z'))).toBe('IZ')
    expect(queriesIn(gateway.records).map(({ rows }) => rows)).toEqual([4, null])
  })

  test('queries that are sent before the first is answered each get their own answer and record', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('select 1'), encodeQuery('select oops'), encodeQuery('select 2 union select 3'))
    for (let index = 0; index < 3; index++) await client.until('Z')
    expect(summary(gateway.records)).toEqual([
      'select 1 | 1 | ok',
      'select oops | null | 42703',
      'select 2 union select 3 | 2 | ok',
    ])
  })

  test('a statement that was never answered is recorded as such', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('select pg_sleep(600)'))
    client.socket.end()
    await gateway.ended(1)
    expect(summary(gateway.records)).toEqual(['select pg_sleep(600) | null | unanswered'])
  })

  test('a statement of several megabytes passes, and its record keeps the beginning, the length and the digest', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    const statement = `select length('${'ä'.repeat(3_000_000)}')`
    client.send(encodeQuery(statement))
    expect(typesOf(await client.until('Z'))).toBe('TDCZ')
    const recorded = queriesIn(gateway.records)[0]?.statement
    expect(recorded?.clipped?.length).toBe(statement.length)
    expect(statement.startsWith(recorded?.text ?? 'nothing')).toBe(true)
    expect(recorded?.text.length).toBeGreaterThan(100_000)
  })
})

describe('extended queries', () => {
  test('bind values are recorded in the form in which they came', async () => {
    const client = await openClient()
    const result = await client.query('select $1::text, $2::int, $3::bytea, $4::text', [
      'Zoë',
      42,
      Buffer.from([1, 2, 255]),
      null,
    ])
    await client.end()
    expect(result.rows).toHaveLength(1)
    expect(queriesIn(gateway.records)[0]?.binds).toEqual([
      { form: 'text', value: { text: 'Zoë' } },
      { form: 'text', value: { text: '42' } },
      { form: 'binary', value: { text: Buffer.from([1, 2, 255]).toString('base64') } },
      { form: 'null' },
    ])
  })

  test('a prepared statement is recorded at each execution, with its own values', async () => {
    const client = await openClient()
    for (const value of [1, 2]) await client.query({ name: 'one', text: 'select $1::int', values: [value] })
    await client.end()
    const records = queriesIn(gateway.records)
    expect(records.map(({ statement }) => statement.text)).toEqual(['select $1::int', 'select $1::int'])
    expect(records.map(({ binds }) => binds)).toEqual([
      [{ form: 'text', value: { text: '1' } }],
      [{ form: 'text', value: { text: '2' } }],
    ])
  })

  test('a value of megabytes passes, is cut in the record, and those behind it are still read', async () => {
    const client = await openClient()
    const bytes = Buffer.alloc(3_000_000, 'x')
    const result = await client.query('select length($1::bytea) as length, $2::text as after', [bytes, 'after'])
    await client.end()
    expect(result.rows).toEqual([{ length: 3_000_000, after: 'after' }])
    const [first, second] = queriesIn(gateway.records)[0]?.binds ?? []
    expect(first).toMatchObject({ form: 'binary', value: { clipped: { length: 3_000_000 } } })
    expect(second).toEqual({ form: 'text', value: { text: 'after' } })
  })

  test('more values than a record holds are counted', async () => {
    const client = await openClient()
    const values = Array.from({ length: 3000 }, (_, index) => index)
    const result = await client.query(`select ${values.map((_, index) => `$${index + 1}::int`).join('+')} as sum`, values)
    await client.end()
    expect(result.rows).toHaveLength(1)
    const record = queriesIn(gateway.records)[0]
    expect((record?.binds.length ?? 0) + (record?.bindsOmitted ?? 0)).toBe(3000)
  })

  test('rows fetched in portions are one record for each portion', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('begin'))
    await client.until('Z')
    client.send(parseMessage('', 'select generate_series(1, 5)'), bindMessage('cursor', '', []))
    client.send(executeMessage('cursor', 2), executeMessage('cursor', 2), executeMessage('cursor', 2), syncMessage())
    expect(typesOf(await client.until('Z'))).toBe('12DDsDDsDCZ')
    expect(queriesIn(gateway.records).map(({ rows }) => rows)).toEqual([null, 2, 2, 1])
  })

  test('in a pipeline what comes after an error is recorded as skipped, and what comes after the Sync as it ran', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    const once = (statement: string, ...values: string[]): Buffer[] => [
      parseMessage('', statement),
      bindMessage('', '', values.map(text)),
      describeMessage('P', ''),
      executeMessage(''),
    ]
    client.send(
      ...once('select 1'),
      ...once('select 1/(random() * $1::int)::int', '0'),
      ...once('select 3'),
      syncMessage(),
      ...once('select 4'),
      syncMessage(),
    )
    expect(typesOf(await client.until('Z'))).toBe('12TDC12TEZ')
    expect(typesOf(await client.until('Z'))).toBe('12TDCZ')
    const records = queriesIn(gateway.records)
    expect(records.map(({ error }) => error?.code ?? 'ok')).toEqual(['ok', '22012', 'skipped', 'ok'])
    expect(records.map(({ statement }) => statement.text)).toEqual([
      'select 1',
      'select 1/(random() * $1::int)::int',
      'select 3',
      'select 4',
    ])
  })

  test('an error of Parse or Bind names the statement that failed', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(parseMessage('', 'selec 1'), bindMessage('', '', []), executeMessage(''), syncMessage())
    await client.until('Z')
    client.send(parseMessage('', 'select $1::int'), bindMessage('', '', [text('x')]), executeMessage(''), syncMessage())
    await client.until('Z')
    const failed = summary(gateway.records).filter((line) => !line.includes('skipped'))
    expect(failed).toEqual(['selec 1 | null | 42601', 'select $1::int | null | 22P02'])
  })

  test('a name that could not be taken keeps its old meaning in the record too', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(parseMessage('s', 'select 1 as real'), syncMessage())
    client.send(parseMessage('s', 'select 2 as disguise'), syncMessage())
    client.send(bindMessage('', 's', []), executeMessage(''), syncMessage())
    for (let index = 0; index < 3; index++) await client.until('Z')
    expect(summary(gateway.records)).toEqual(['select 2 as disguise | null | 42P05', 'select 1 as real | 1 | ok'])
  })

  test('names that SQL gave and took are known', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('prepare seven as select 7'))
    await client.until('Z')
    client.send(bindMessage('', 'seven', []), executeMessage(''), syncMessage())
    await client.until('Z')
    client.send(encodeQuery('deallocate seven'))
    await client.until('Z')
    client.send(
      parseMessage('seven', 'select 8'),
      bindMessage('', 'seven', []),
      executeMessage(''),
      closeMessage('S', 'seven'),
      syncMessage(),
    )
    await client.until('Z')
    expect(summary(gateway.records)).toEqual([
      'prepare seven as select 7 | null | ok',
      'prepare seven as select 7 | 1 | ok',
      'deallocate seven | null | ok',
      'select 8 | 1 | ok',
    ])
  })

  test('a flush brings answers without a Sync', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(parseMessage('', 'select 1'), bindMessage('', '', []), executeMessage(''), encodeFlush())
    expect(typesOf(await client.until('C'))).toBe('12DC')
    expect(summary(gateway.records)).toEqual(['select 1 | 1 | ok'])
  })

  test('a pipeline of far more than is kept in flight gets through', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    const count = 12_000
    const one = Buffer.concat([bindMessage('', 's', []), executeMessage('')])
    client.send(parseMessage('s', 'select 1'), Buffer.concat(Array.from({ length: count }, () => one)), syncMessage())
    const answer = await client.until('Z')
    expect(answer.filter(({ type }) => type === 'C')).toHaveLength(count)
    expect(queriesIn(gateway.records)).toHaveLength(count)
  })

  test('an error that a Sync brings is recorded', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('create temp table parent (id int primary key)'))
    client.send(encodeQuery('create temp table child (id int references parent deferrable initially deferred)'))
    await client.until('Z')
    await client.until('Z')
    client.send(parseMessage('', 'insert into child values (1)'), bindMessage('', '', []), executeMessage(''), syncMessage())
    expect(errorIn(await client.until('Z')).sqlstate).toBe('23503')
    expect(summary(gateway.records).slice(2)).toEqual([
      'insert into child values (1) | 1 | ok',
      '(end of the pipeline) | null | 23503',
    ])
  })
})

describe('COPY', () => {
  test('in and out are transfers with bytes and rows, and no queries beside', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('create temp table t (a int)'))
    await client.until('Z')
    client.send(encodeQuery('copy t from stdin'))
    await client.until('G')
    client.send(copyDataMessage('1\n2\n'), copyDataMessage('3\n'), copyDoneMessage())
    await client.until('Z')
    client.send(encodeQuery('copy t to stdout'))
    expect(typesOf(await client.until('Z'))).toBe('HdddcCZ')
    expect(transfersIn(gateway.records)).toMatchObject([
      { direction: 'in', bytes: 6, rows: 3, error: null, statement: { text: 'copy t from stdin' } },
      { direction: 'out', bytes: 6, rows: 3, error: null, statement: { text: 'copy t to stdout' } },
    ])
    expect(queriesIn(gateway.records)).toHaveLength(1)
  })

  test('in by extended query, with a Sync ahead that the resource ignores', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('create temp table t (a int)'))
    await client.until('Z')
    client.send(parseMessage('', 'copy t from stdin'), bindMessage('', '', []), executeMessage(''), syncMessage())
    await client.until('G')
    client.send(copyDataMessage('1\n'), copyDoneMessage(), syncMessage())
    expect(typesOf(await client.until('Z'))).toBe('CZ')
    client.send(encodeQuery('select a from t'))
    await client.until('Z')
    expect(transfersIn(gateway.records)).toMatchObject([{ direction: 'in', bytes: 2, rows: 1 }])
    expect(summary(gateway.records).at(-1)).toBe('select a from t | 1 | ok')
  })

  test('that fails is a transfer with its error, and the connection goes on', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('create temp table t (a int)'))
    await client.until('Z')
    client.send(encodeQuery('copy t from stdin'))
    await client.until('G')
    client.send(copyDataMessage('not a number\n'), copyDoneMessage())
    expect(errorIn(await client.until('Z')).sqlstate).toBe('22P02')
    client.send(encodeQuery('select 1'))
    await client.until('Z')
    expect(transfersIn(gateway.records)).toMatchObject([{ direction: 'in', error: { code: '22P02' } }])
    expect(summary(gateway.records).at(-1)).toBe('select 1 | 1 | ok')
  })

  test('a command inside its data ends the connection', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('create temp table t (a int)'))
    await client.until('Z')
    client.send(encodeQuery('copy t from stdin'))
    await client.until('G')
    client.send(encodeQuery('select 1'))
    expect(errorIn(await client.rest()).sqlstate).toBe('08P01')
  })
})

describe('notifications', () => {
  test('come through, and a tool knows its own by the process ID', async () => {
    const client = (await openClient()) as pg.Client & { processID: number }
    const notified = new Promise<pg.Notification>((resolve) => client.on('notification', resolve))
    await client.query('listen news')
    await client.query("notify news, 'hello'")
    const { channel, payload, processId } = await notified
    expect({ channel, payload, processId }).toEqual({ channel: 'news', payload: 'hello', processId: client.processID })
    await client.end()
  })
})

describe("the leased user's password", () => {
  test('cannot be changed by a simple query; the connection goes on', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery("alter user app password 'known'"))
    const error = errorIn(await client.until('Z'))
    expect(error).toMatchObject({ severity: 'ERROR', sqlstate: '42501', routine: 'password_change_refused' })
    client.send(encodeQuery('select 1'))
    expect(typesOf(await client.until('Z'))).toBe('TDCZ')
    expect(summary(gateway.records)).toEqual(["alter user app password '[redacted]' | null | 42501", 'select 1 | 1 | ok'])
  })

  test('a refusal fails the transaction like any other error', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('begin; create temp table t (a int)'))
    await client.until('Z')
    client.send(encodeQuery("insert into t values (1); alter role current_user password 'known'; insert into t values (2)"))
    const answer = await client.until('Z')
    expect([typesOf(answer), statusIn(answer)]).toEqual(['EZ', 'E'])
    client.send(encodeQuery('commit'))
    expect((await client.until('Z')).find(({ type }) => type === 'C')?.body.toString()).toBe('ROLLBACK\0')
  })

  test('cannot be changed by an extended query; the rest of the pipeline is skipped', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(
      parseMessage('', 'alter user "app" password \'known\''),
      bindMessage('', '', []),
      executeMessage(''),
      syncMessage(),
    )
    const answer = await client.until('Z')
    expect([typesOf(answer), errorIn(answer).sqlstate, statusIn(answer)]).toEqual(['EZ', '42501', 'I'])
    const record = queriesIn(gateway.records)[0]
    expect([record?.statement.text, record?.error?.code]).toEqual(['alter user "app" password \'[redacted]\'', '42501'])
  })

  test('cannot be changed by a statement that is too long to be held; the connection ends and nothing ran', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery(`create table trace (a int); alter user app password 'known' /* ${'x'.repeat(2_000_000)} */`))
    expect(errorIn(await client.rest())).toMatchObject({ severity: 'FATAL', sqlstate: '42501' })
    await gateway.ended(1)
    expect(await database.admin("select 1 from pg_tables where tablename = 'trace'")).toEqual([])
    expect(queriesIn(gateway.records)[0]?.statement.text).not.toContain('known')
    expect(gateway.ends[0]?.reason).toBe('password_change_refused')
  })

  test('still opens the resource after all that', async () => {
    const client = await openClient()
    expect((await client.query('select current_user as name')).rows).toEqual([{ name: 'app' }])
    await client.end()
  })

  test('is not in the error that quotes it either', async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery("create role clerk password 'one' 'canary'"))
    expect(errorIn(await client.until('Z')).message).toContain('canary')
    client.send(parseMessage('', "create role clerk password 'one' 'canary'"), syncMessage())
    await client.until('Z')
    expect(queriesIn(gateway.records).map(({ error }) => error?.code)).toEqual(['42601', '42601'])
    expect(JSON.stringify(gateway.records)).not.toContain('canary')
  })

  test("another role's password may be set, and is not recorded", async () => {
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery("create role clerk password 'canary'; drop role clerk"))
    expect(typesOf(await client.until('Z'))).toBe('CCZ')
    expect(JSON.stringify(gateway.records)).not.toContain('canary')
  })
})

describe('the record of a connection', () => {
  test('tells who opened it, what the resource calls it, and how it ended', async () => {
    const { client, greeting } = await RawClient.signIn(gateway.port, { parameters: { application_name: 'reports' } })
    client.send(encodeTerminate())
    await client.rest()
    await gateway.ended(1)
    const [opened, closed] = gateway.records
    expect(opened).toMatchObject({
      kind: 'connection.opened',
      database: 'shop',
      application: 'reports',
      caller: { user: 'tester' },
    })
    expect(opened?.kind === 'connection.opened' && opened.upstreamId).toBe(
      String(greeting.find(({ type }) => type === 'K')?.body.readInt32BE(0)),
    )
    expect(closed).toMatchObject({ kind: 'connection.closed', reason: 'tool_terminated', bytesUp: 5 })
  })
})
