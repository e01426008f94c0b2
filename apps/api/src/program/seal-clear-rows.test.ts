import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundledProgram, canary, makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmbeddedDatabase } from '../db/embedded.ts'
import type { DatabaseLogin, DatabaseServer } from '../db/login.ts'
import { migrate } from '../db/migrate.ts'
import { migrations } from '../db/migrations/index.ts'
import { connectionConfig, openPool } from '../db/pool.ts'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { findRequest } from '../domains/access-requests/index.ts'
import { listAlerts } from '../domains/alerts/index.ts'
import { findDevice } from '../domains/devices/index.ts'
import { personalKeysOf, usePersonalKeys } from '../domains/personal-data/index.ts'
import { findListedSession } from '../domains/sessions/index.ts'
import { findUserByEmail, listUsers } from '../domains/users/index.ts'
import { makeDataDirectory } from '../files/data-directory.ts'
import type { KilledSealing } from '../testing/killed-sealing.ts'
import { makeOrganization } from '../testing/make-organization.ts'
import { personalDataUnder } from '../roles/log/personal-data.ts'
import { numberOutbox, refuseClear } from '../roles/log/outbox.ts'
import { outboxKeyUnder } from '../roles/log/outbox-key.ts'

const PATIENCE = 240_000
const BEFORE = '0150-service-accounts'

/** Whatever a killed process leaves is there even so. */
const fastSettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

let folder: TemporaryDirectory
let server: DatabaseServer
let pool: Pool
let log: Pool
let program: string

const migrateTo = async (owner: DatabaseLogin, name: string): Promise<void> => {
  const database = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ ...connectionConfig(owner, 'migrations'), max: 2 }) }),
  })
  const migrator = new Migrator({ db: database, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } })
  const { error } = await migrator.migrateTo(name)
  await database.destroy()
  if (error !== undefined) throw error
}

const start = async (): Promise<void> => {
  server = await startEmbeddedDatabase({ dataDirectory: join(folder.path, 'data'), settings: fastSettings })
  pool = openPool({ role: 'api', login: server.login('api'), onConnectionLost: () => undefined })
  log = openPool({ role: 'log', login: server.login('log'), onConnectionLost: () => undefined })
}
/** Whatever the server holds in memory is in its files then. Stopping twice is stopping. */
const stop = async (): Promise<void> => {
  await pool.destroy()
  await log.destroy()
  await server.stop()
}

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  program = await bundledProgram('apps/api/src/testing/killed-sealing.ts')
  await makeDataDirectory(join(folder.path, 'data'))
  await start()
  await migrateTo(server.login('owner'), BEFORE)
})
afterAll(async () => {
  await stop()
  await folder.remove()
})

const mark = canary()
/** All of them are found by what they begin with. */
const marked = (name: string): string => `${mark.text}-${name}`
const [user, device, session, request] = Array.from({ length: 4 }, () => randomUUID())
const bytes = (length: number): Buffer => randomBytes(length)
const keyId = (): string => bytes(32).toString('base64url')

/** Rows as the version before wrote them. */
const fill = async (organization: string): Promise<void> => {
  const facts = { name: marked('computer'), platform: 'linux', osVersion: '12', clientVersion: '1', keyStorage: 'keychain' }
  await withOrganization(pool, organization, async (transaction) => {
    const run = (query: ReturnType<typeof sql>) => query.execute(transaction)
    await run(sql`insert into users (id, email, first_name, last_name, status, created_at)
      values (${user}, ${`${marked('email')}@acme.example`}, ${marked('name')}, 'Example', 'active', now())`)
    await run(sql`insert into devices (id, user_id, key_id, public_key, status, facts, fingerprint, enrolled_at)
      values (${device}, ${user}, ${keyId()}, ${bytes(91)}, 'active', ${JSON.stringify(facts)}, '{"machine":"m"}', now())`)
    await run(sql`insert into sessions (id, user_id, device_id, label, key_id, public_key, status, created_at, expires_at, last_used_at,
        address)
      values (${session}, ${user}, ${device}, 'abcdefgh', ${keyId()}, ${bytes(91)}, 'active', now(), now(), now(), '192.0.2.77')`)
    await run(sql`insert into access_requests (id, kind, state, user_id, device_id, device_key, credential_id, credential_name, rule_id,
        reason, duration, created_at, waits_until, extension_number, approvals_needed, closed_at, closed_by, closed_note)
      values (${request}, 'access', 'refused', ${user}, ${device}, ${keyId()}, ${randomUUID()}, 'shop/ro', ${randomUUID()},
        ${marked('asked')}, 60, now(), now(), 0, 1, now(), ${user}, ${marked('note')})`)
    await run(sql`insert into alerts (id, kind, user_id, message) values (${randomUUID()}, 'emergency-access', ${user},
      ${`Emergency access to shop/ro was opened until 2026-11-22T14:37:00.000Z: ${marked('typed')}`})`)
  })
}

const isInClear = async (): Promise<boolean> => {
  const { rows } = await sql`
    select from pg_attribute where attrelid = 'public.users'::regclass and attname = 'email' and not attisdropped`.execute(pool)
  return rows.length > 0
}

const sightings = () => mark.searchDirectory(join(folder.path, 'data', 'postgres', 'cluster', 'base'))

/** Rows of which a column is in clear, and those of which it is sealed, by table: no row is neither, and none is both. */
const standing = async (organization: string): Promise<Record<string, { clear: number; sealed: number }>> => {
  const columns = { users: 'email', devices: 'facts', sessions: 'address', access_requests: 'reason' }
  const found: Record<string, { clear: number; sealed: number }> = {}
  await withOrganization(pool, organization, async (transaction) => {
    for (const [table, column] of Object.entries(columns)) {
      const { rows } = await sql<{ clear: number; sealed: number; odd: number }>`
        select count(*) filter (where ${sql.ref(column)} is not null)::int as clear, count(personal)::int as sealed,
          count(*) filter (where (${sql.ref(column)} is null) = (personal is null))::int as odd
        from ${sql.table(table)}`.execute(transaction)
      const { odd, ...counts } = rows[0]!
      expect(odd, table).toBe(0)
      found[table] = counts
    }
  })
  return found
}

const wait = (organization: string, name: string) =>
  withOrganization(pool, organization, (transaction) =>
    sql`insert into audit_outbox (id, type, body) values (${randomUUID()}, 'site.created', ${JSON.stringify({
      actor: { kind: 'job', id: null, device: null, session: null, address: null },
      subject: null,
      details: { name },
    })})`.execute(transaction),
  )

/** What waits in clear from before has its number, and nothing else comes there: neither by the API nor past the constraint. */
const numberWaiting = async (organization: string): Promise<void> => {
  const root = { key: randomBytes(32), protection: 'none', id: '', warning: null }
  const moving = { pool: log, personal: personalDataUnder(root), outboxKey: await outboxKeyUnder(root) }
  await expect(wait(organization, 'late')).rejects.toMatchObject({ code: '23514', constraint: 'audit_outbox_sealed' })
  expect(await refuseClear(log)).toBe(false)
  expect(await numberOutbox(moving, organization)).toBe(1)
  expect(await refuseClear(log)).toBe(true)
  const owner = new pg.Client(connectionConfig(server.login('owner'), 'test'))
  await owner.connect()
  await owner.query('alter table audit_outbox drop constraint audit_outbox_sealed')
  await owner.end()
  await wait(organization, 'past the constraint')
  const refused = numberOutbox(moving, organization)
  await expect(refused).rejects.toMatchObject({ code: 'log_unavailable', cause: { message: 'an entry waits in clear' } })
}

/** The steps that it came past; null: it was killed before its end. */
const sealUntil = async (key: Buffer, killedAt: number): Promise<string[] | null> => {
  const { connectionString } = server.login('api')
  const asked: KilledSealing = { connectionString, key: key.toString('base64url'), killedAt }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(asked)])
    return stdout.trim().split('\n')
  } catch (error) {
    if ((error as { signal?: string }).signal === 'SIGKILL') return null
    throw error
  }
}

test(
  'rows in clear are sealed though it is killed at every step, and leave the files of the tables',
  async () => {
    const { id: organization } = await makeOrganization(pool)
    const { id: other } = await makeOrganization(pool)
    await fill(organization)
    await wait(organization, 'from before')
    await stop()
    expect(await sightings()).not.toEqual([])
    await start()
    await migrate(server.login('owner'))

    const secret = bytes(32)
    usePersonalKeys(
      pool,
      personalKeysOf(() => Promise.resolve({ key: new Uint8Array(secret) })),
    )
    const states = new Set<string>()
    let steps: string[] | null = null
    for (let killedAt = 0; steps === null; killedAt++) {
      steps = await sealUntil(secret, killedAt)
      if (steps !== null || !(await isInClear())) continue
      const state = await standing(organization)
      states.add(JSON.stringify(state))
      if (Object.values(state).every(({ clear }) => clear === 0)) continue
      const dropped = sql`select drop_clear_personal_data()`.execute(pool)
      await expect(dropped).rejects.toMatchObject({ code: expect.stringMatching(/^235(?:02|14)$/) })
    }
    // One more table with each step: nothing, people, their devices, and so on.
    expect(states.size).toBeGreaterThanOrEqual(5)
    expect(await isInClear()).toBe(false)

    const read = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) => withOrganization(pool, organization, work)
    expect(await read((transaction) => findUserByEmail(transaction, `${marked('email')}@acme.example`))).toMatchObject({
      id: user,
      firstName: marked('name'),
    })
    expect(await read((transaction) => findDevice(transaction, device!))).toMatchObject({
      facts: { name: marked('computer') },
      fingerprint: { machine: 'm' },
    })
    expect(await read((transaction) => findListedSession(transaction, session!))).toMatchObject({ address: '192.0.2.77' })
    expect(await read((transaction) => findRequest(transaction, request!))).toMatchObject({
      reason: marked('asked'),
      closedNote: marked('note'),
    })
    const [alert] = await read((transaction) => listAlerts(transaction, { before: null, limit: 10 }))
    expect(alert?.message).toBe('Emergency access to shop/ro was opened until 2026-11-22T14:37:00.000Z.')
    expect(await withOrganization(pool, other, (transaction) => listUsers(transaction, { after: null, limit: 10 }))).toEqual([])

    await numberWaiting(organization)

    await stop()
    expect(await sightings()).toEqual([])
  },
  PATIENCE,
)
