import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PasswordStep, ResourceAdministrator } from '../adapter.ts'
import { postgresqlLogins as logins } from './logins.ts'
import { type Database, startDatabase } from './testing/database.ts'

const FIRST = 'the first password'
const NEXT = 'the next password'

let database: Database
let name: string
let count = 0

beforeAll(async () => {
  database = await startDatabase()
  await database.admin('create role owners')
})
afterAll(() => database.stop())
beforeEach(async () => {
  name = `login_${(count += 1)}`
  await database.admin(`create role ${name} login password '${FIRST}' in role owners`)
})

const login = (password = FIRST): ResourceAdministrator => ({
  target: {
    resourceId: 'r',
    host: '127.0.0.1',
    port: database.server.port,
    weakestAuthentication: 'scram',
    plaintextAllowed: false,
    labelConnections: true,
    databases: [],
  },
  signal: AbortSignal.timeout(20_000),
  credential: () => ({ credentialId: 'c', userName: name, secret: { kind: 'password', password: Buffer.from(password) } }),
  connectUpstream: async ({ requestTls }) => {
    const socket = connectTcp({ host: '127.0.0.1', port: database.server.port })
    await once(socket, 'connect')
    await requestTls!(socket)
    const stream = connectTls({ socket, host: '127.0.0.1', ca: database.tls.certPem, ALPNProtocols: ['postgresql'] })
    await once(stream, 'secureConnect')
    return { stream, serverCertificate: new X509Certificate(stream.getPeerCertificate().raw).raw }
  },
})

const works = (password: string): Promise<boolean> =>
  logins.tryOut(login(password)).then(
    () => true,
    () => false,
  )

/** Changes the password; `at` does something after a step. */
const change = (at: Partial<Record<PasswordStep | 'store', () => Promise<unknown>>> = {}) =>
  logins.change(login(), {
    next: Buffer.from(NEXT),
    store: async () => void (await at.store?.()),
    reached: async (step) => void (await at[step]?.()),
  })

const endBackends = () =>
  database.admin(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${name}' and pid <> pg_backend_pid()`)

describe('a password', () => {
  test('is changed by the login itself, tried, and sent as a verifier only', async () => {
    const steps: string[] = []
    const note = (step: string) => async () => steps.push(step)
    const all = Object.fromEntries(
      ['signed-in', 'store', 'stored', 'altered', 'committed', 'verified'].map((step) => [step, note(step)]),
    )
    expect(await change(all)).toEqual({ outcome: 'changed' })
    expect(steps).toEqual(['signed-in', 'store', 'stored', 'altered', 'committed', 'verified'])
    expect([await works(NEXT), await works(FIRST)]).toEqual([true, false])
  })

  test('is that of the login, also where another role or read-only transactions are its usual ones', async () => {
    await database.admin(`alter role ${name} set role = owners`)
    await database.admin(`alter role ${name} set default_transaction_read_only = on`)
    expect(await change()).toEqual({ outcome: 'changed' })
    expect(await works(NEXT)).toBe(true)
  })

  test('stays when the resource refuses the present one', async () => {
    await database.admin(`alter role ${name} password 'changed by somebody'`)
    expect(await change()).toMatchObject({ outcome: 'unchanged', code: 'resource_sign_in_failed' })
  })

  test('stays when the new one cannot be stored', async () => {
    const store = () => Promise.reject(new Error('the vault does not answer'))
    expect(await change({ store })).toMatchObject({ outcome: 'unchanged' })
    expect(await works(FIRST)).toBe(true)
  })

  test('stays, though nobody can be sure of it yet, when the connection ends before the answer to the commit', async () => {
    expect(await change({ altered: endBackends })).toMatchObject({ outcome: 'unknown' })
    expect(await works(FIRST)).toBe(true)
  })

  test.each(['signed-in', 'stored'] as const)('stays when the resource ends the connection after %s', async (step) => {
    expect(await change({ [step]: endBackends })).toMatchObject({ outcome: 'unchanged' })
    expect(await works(FIRST)).toBe(true)
  })

  test('is put back where the new one is not taken', async () => {
    // As if another directory were asked: the verifier that was set is not what people are let in by.
    const committed = () => database.admin(`alter role ${name} password 'of another directory'`)
    expect(await change({ committed })).toMatchObject({ outcome: 'unchanged', code: 'resource_sign_in_failed' })
    expect([await works(NEXT), await works(FIRST)]).toEqual([false, true])
  })

  test('is of unknown state when nobody is let in any more after the change', async () => {
    const committed = async () => {
      await database.admin(`alter role ${name} connection limit 0`)
      await endBackends()
    }
    expect(await change({ committed })).toMatchObject({ outcome: 'unknown' })
    await database.admin(`alter role ${name} connection limit -1`)
    expect(await works(NEXT)).toBe(true)
  })

  test('is not changed by whoever wakes up too late: the resource has ended the transaction', async () => {
    const stored = async () => {
      const [row] = await database.admin(
        `select query from pg_stat_activity where usename = '${name}' and state = 'idle in transaction'`,
      )
      expect(String(row?.['query'])).toContain('idle_in_transaction_session_timeout = 15000')
      await endBackends()
    }
    expect(await change({ stored })).toMatchObject({ outcome: 'unchanged' })
    expect(await works(FIRST)).toBe(true)
  })
})

test('trying out says who was let in, and a refusal is coded', async () => {
  expect(await logins.tryOut(login())).toMatch(new RegExp(`^It lets ${name} in \\(PostgreSQL \\d+`))
  await expect(logins.tryOut(login('wrong'))).rejects.toMatchObject({ code: 'resource_sign_in_failed' })
})

test('every other connection of a login is ended, also of one whose usual role is another; nobody else’s is', async () => {
  await database.admin(`alter role ${name} set role = owners`)
  const signedIn = async (user: string, password: string) => {
    const connection = { host: '127.0.0.1', port: database.server.port, user, password, database: 'shop' }
    const client = new pg.Client({ ...connection, ssl: { ca: database.tls.certPem, host: '127.0.0.1' } })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  await database.admin(`create role other_${name} login password '${FIRST}'`)
  const other = await signedIn(`other_${name}`, FIRST)
  const own = await Promise.all([signedIn(name, FIRST), signedIn(name, FIRST)])
  const ended = own.map((client) => new Promise<void>((resolve) => client.once('end', resolve)))
  await logins.endOthers(login())
  await Promise.all(ended)
  await other.query('select 1')
  await other.end()
  expect(await works(FIRST)).toBe(true)
})
