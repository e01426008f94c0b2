import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { canary, makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
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
import { makeOrganization } from '../testing/make-organization.ts'
import { quietLogger } from '../testing/quiet-logger.ts'
import { sealClearRows } from './seal-clear-rows.ts'

const BEFORE = '0150-service-accounts'

/** Whatever a killed process leaves is there even so. */
const fastSettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

let folder: TemporaryDirectory
let server: DatabaseServer
let pool: Pool

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
}
/** Whatever the server holds in memory is in its files then. Stopping twice is stopping. */
const stop = async (): Promise<void> => {
  await pool.destroy()
  await server.stop()
}

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
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

const sightings = () => mark.searchDirectory(join(folder.path, 'data', 'postgres', 'cluster', 'base'))

test('rows in clear are sealed however often that is interrupted, and leave the files of the tables', async () => {
  const { id: organization } = await makeOrganization(pool)
  const { id: other } = await makeOrganization(pool)
  await fill(organization)
  await stop()
  expect(await sightings()).not.toEqual([])
  await start()
  await migrate(server.login('owner'))

  const secret = bytes(32)
  const keys = personalKeysOf(() => Promise.resolve({ key: new Uint8Array(secret) }))
  const options = { pool, logger: quietLogger() }
  let asked = 0
  usePersonalKeys(pool, {
    ringOf: (of) => ((asked += 1) > 6 ? Promise.reject(new Error('the vault went away')) : keys.ringOf(of)),
  })
  await expect(sealClearRows(options)).rejects.toThrow('the vault went away')
  const refused = sql`select drop_clear_personal_data()`.execute(pool)
  await expect(refused).rejects.toMatchObject({ code: '23514' })
  usePersonalKeys(pool, keys)
  await sealClearRows(options)
  await sealClearRows(options)

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

  await stop()
  expect(await sightings()).toEqual([])
})
