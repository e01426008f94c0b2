import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { temporaryPostgres } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { objectStoreUnlockLog } from './object-store.ts'
import { postgresqlUnlockLog } from './postgresql.ts'
import { unlockLogSql } from './setup-sql.ts'
import { parseUnlockLogSource } from './source.ts'
import { startFakeObjectStore } from './testing/fake-object-store.ts'
import type { UnlockRecord } from './unlock-log.ts'

const unlockOf = (change: Partial<UnlockRecord> = {}): UnlockRecord => ({
  organization: randomUUID(),
  id: randomUUID(),
  at: Date.UTC(2026, 10, 1),
  entry: Buffer.from(JSON.stringify({ lease: randomUUID() })),
  ...change,
})

describe('an unlock log in another PostgreSQL', () => {
  let postgres: Awaited<ReturnType<typeof temporaryPostgres>>
  let owner: pg.Client
  const url = (role: string): string => postgres.connectionString('postgres', role, 'hunter2')

  beforeAll(async () => {
    postgres = await temporaryPostgres()
    owner = new pg.Client({ connectionString: postgres.connectionString('postgres') })
    await owner.connect()
    for (const role of ['unlocks', 'reader']) await owner.query(`create role ${role} login password 'hunter2'`)
    await owner.query(unlockLogSql('unlocks'))
  })
  afterAll(async () => {
    await owner.end()
    await postgres.stop()
  })

  const rows = async (id: string) =>
    (await owner.query<{ entry: Buffer }>('select entry from sallyport_unlock_log.unlocks where id = $1', [id])).rows

  it('takes each record once, whoever repeats it, and another one under the same id beside it', async () => {
    const log = postgresqlUnlockLog(url('unlocks'), () => undefined)
    const unlock = unlockOf()
    await Promise.all([log.write(unlock), log.write(unlock)])
    expect((await rows(unlock.id)).map(({ entry }) => entry)).toEqual([unlock.entry])
    await log.write({ ...unlock, entry: Buffer.from('{"lease":"another"}') })
    expect(await rows(unlock.id)).toHaveLength(2)
    expect(await log.examine()).toBeNull()
    await log.close()
  })

  it('lets its login neither read, change nor delete; and its owner only by taking the trigger away', async () => {
    const client = new pg.Client({ connectionString: url('unlocks') })
    await client.connect()
    for (const statement of [
      'select * from sallyport_unlock_log.unlocks',
      'update sallyport_unlock_log.unlocks set at = now()',
      'delete from sallyport_unlock_log.unlocks',
      'truncate sallyport_unlock_log.unlocks',
      'alter table sallyport_unlock_log.unlocks disable trigger all',
    ]) {
      await expect(client.query(statement), statement).rejects.toThrow(/permission denied|must be owner/)
    }
    await client.end()
    await expect(owner.query('delete from sallyport_unlock_log.unlocks')).rejects.toThrow('unlocks are never changed')
  })

  it('says when its login may do more than insert', async () => {
    await owner.query('grant usage on schema sallyport_unlock_log to reader')
    await owner.query('grant select, delete on sallyport_unlock_log.unlocks to reader')
    const log = postgresqlUnlockLog(url('reader'), () => undefined)
    expect(await log.examine()).toContain('select, delete')
    await log.close()
  })

  it('refuses what it cannot write', async () => {
    const nowhere = postgresqlUnlockLog('postgresql://unlocks@127.0.0.1:1/unlocks', () => undefined)
    await expect(nowhere.write(unlockOf())).rejects.toThrow('ECONNREFUSED')
    await nowhere.close()
  })
})

describe('an unlock log in an object store', () => {
  const DAY = 24 * 60 * 60_000
  const now = Date.now()
  let store: Awaited<ReturnType<typeof startFakeObjectStore>>
  beforeAll(async () => {
    store = await startFakeObjectStore({ buckets: { locked: { objectLock: true }, open: { objectLock: false } } })
  })
  afterAll(() => store.close())

  const logIn = (bucket: string, credentials = store.credentials) =>
    objectStoreUnlockLog({
      kind: 'object-store',
      bucket,
      prefix: 'unlocks/',
      region: store.region,
      endpoint: store.origin,
      retentionDays: 30,
      credentials,
      clock: () => now,
    })

  it('keeps each record under a lock that nobody shortens, and takes it again', async () => {
    const log = logIn('locked')
    const unlock = unlockOf()
    await log.write(unlock)
    await log.write(unlock)
    const digest = createHash('sha256').update(unlock.entry).digest('hex')
    expect(store.objects('locked')).toEqual([
      {
        key: `unlocks/${unlock.organization}/2026-11-01/${unlock.id}-${digest}.json`,
        body: unlock.entry,
        lock: { mode: 'COMPLIANCE', until: new Date(now + 30 * DAY).toISOString() },
      },
    ])
    expect(await log.examine()).toBeNull()
    await log.close()
  })

  it('refuses to write where nothing is locked', async () => {
    const log = logIn('open')
    await expect(log.write(unlockOf())).rejects.toMatchObject({ name: 'InvalidRequest' })
    await log.close()
  })

  it('refuses to write without the right to', async () => {
    const log = logIn('locked', { accessKeyId: store.credentials.accessKeyId, secretAccessKey: randomBytes(20).toString('hex') })
    await expect(log.write(unlockOf())).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
    await log.close()
  })
})

test.each([
  ['postgresql://unlocks@log.example/unlocks?sslmode=verify-full', { kind: 'postgresql' }],
  [
    's3://acme-unlocks/sallyport?region=eu-central-1&retention-days=3650',
    { bucket: 'acme-unlocks', prefix: 'sallyport/', endpoint: null, retentionDays: 3650 },
  ],
  [
    's3://unlocks?region=x&retention-days=1&endpoint=https://minio.example:9000',
    { prefix: '', endpoint: 'https://minio.example:9000' },
  ],
])('%s names an unlock log', (text, expected) => {
  expect(parseUnlockLogSource(text)).toMatchObject(expected)
})

test.each([
  'file:///tmp/unlocks',
  's3://unlocks?region=x',
  's3://unlocks?region=x&retention-days=0',
  's3://unlocks?region=x&retention-days=1&acl=public',
  's3://unlocks?region=x&retention-days=1&endpoint=https://minio.example/path',
  'unlocks',
])('%s does not', (text) => {
  expect(parseUnlockLogSource(text)).toBeTypeOf('string')
})
