import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { NewTemporaryUser, ResourceAdministrator } from '../adapter.ts'
import { identifier, literal } from './administration.ts'
import { postgresqlTemporaryUsers as users } from './temporary-users.ts'
import { type Database, startDatabase } from './testing/database.ts'

let database: Database
let count = 0

beforeAll(async () => {
  database = await startDatabase()
  await database.admin(`create role maker login createrole password 'maker''s \\ password'`)
  await database.admin('create role readers')
  await database.admin('grant readers to maker with admin option')
  await database.admin('create database other')
})
afterAll(() => database.stop())
beforeEach(() => {
  count += 1
})

const administrator = (
  change: Partial<ResourceAdministrator['target']> = {},
  password = "maker's \\ password",
): ResourceAdministrator => ({
  target: {
    resourceId: 'r',
    host: '127.0.0.1',
    port: database.server.port,
    weakestAuthentication: 'scram',
    plaintextAllowed: false,
    labelConnections: true,
    databases: [],
    ...change,
  },
  signal: AbortSignal.timeout(20_000),
  credential: () => ({ credentialId: 'c', userName: 'maker', secret: { kind: 'password', password: Buffer.from(password) } }),
  connectUpstream: async ({ requestTls }) => {
    const socket = connectTcp({ host: '127.0.0.1', port: database.server.port })
    await once(socket, 'connect')
    await requestTls!(socket)
    const stream = connectTls({ socket, host: '127.0.0.1', ca: database.tls.certPem, ALPNProtocols: ['postgresql'] })
    await once(stream, 'secureConnect')
    return { stream, serverCertificate: new X509Certificate(stream.getPeerCertificate().raw).raw }
  },
})

const userOf = (change: Partial<NewTemporaryUser> = {}): NewTemporaryUser => ({
  userName: `sp_ab${count}_one`,
  memberOf: 'readers',
  owned: 'drop',
  password: Buffer.from('what nobody knows'),
  lastsMs: 60_000,
  comment: "of a lease; it's nobody's",
  prefix: `sp_ab${count}_`,
  ...change,
})

const signedIn = async ({ userName, password }: NewTemporaryUser, name = 'shop'): Promise<pg.Client> => {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: database.server.port,
    user: userName,
    password: password.toString(),
    database: name,
    ssl: { ca: database.tls.certPem, host: '127.0.0.1' },
  })
  client.on('error', () => undefined)
  await client.connect()
  return client
}
const rolesLike = async (pattern: string): Promise<unknown[]> =>
  (await database.admin(`select rolname from pg_roles where rolname like ${literal(pattern)} order by 1`)).map(
    (row) => row['rolname'],
  )

describe('a temporary user', () => {
  test('signs in as a member of its role, is described, and is gone after it was dropped, with what it made', async () => {
    const user = userOf()
    await users.make(administrator(), user)
    const client = await signedIn(user)
    const { rows } = await client.query<{ member: boolean; superuser: string }>(
      `select pg_has_role('readers', 'usage') as member, current_setting('is_superuser') as superuser`,
    )
    expect(rows).toEqual([{ member: true, superuser: 'off' }])
    await client.query('create temporary table mine (a integer)')
    expect(
      await database.admin(`select shobj_description(oid, 'pg_authid') as said from pg_roles where rolname = '${user.userName}'`),
    ).toEqual([{ said: user.comment }])
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    await users.drop(administrator(), user)
    await ended
    expect(await rolesLike(`${user.prefix}%`)).toEqual([])
    await users.drop(administrator(), user)
  })

  test('cannot sign in after its time, until that is extended', async () => {
    const user = userOf({ lastsMs: -5_000 })
    await users.make(administrator(), user)
    await database.admin(`alter role ${identifier(user.userName)} valid until '2001-01-01'`)
    await expect(signedIn(user)).rejects.toThrow(/password authentication failed/)
    await users.extend(administrator(), { userName: user.userName, lastsMs: 60_000 })
    await (await signedIn(user)).end()
    await users.drop(administrator(), user)
  })

  test.each([
    ['dropped', 'drop', []],
    ['given to its role', 'reassign', ['readers']],
  ] as const)('leaves nothing of its own in any database: it is %s', async (_, owned, owners) => {
    const user = userOf({ owned })
    await users.make(administrator(), user)
    for (const name of ['shop', 'other']) {
      await database.admin(`grant create on database ${name} to readers`)
      const client = await signedIn(user, name)
      await client.query(`create schema kept_${count}`)
      await client.query(`create table kept_${count}.facts (a integer)`)
      await client.end()
    }
    await users.drop(administrator(), user)
    expect(await rolesLike(`${user.prefix}%`)).toEqual([])
    const reader = new pg.Client({ connectionString: database.server.connectionString('other') })
    await reader.connect()
    const { rows } = await reader.query<{ owner: string }>(
      `select pg_get_userbyid(nspowner) as owner from pg_namespace where nspname = 'kept_${count}'`,
    )
    await reader.end()
    expect(rows.map(({ owner }) => owner)).toEqual(owners)
  })

  test('that was left behind and has expired is dropped by the next one of its credential, or when asked; others are left alone', async () => {
    for (const name of [`sp_ab${count}_left`, `sp_ab${count}_living`, `sp_zz${count}_foreign`]) {
      await users.make(administrator(), userOf({ userName: name, prefix: `sp_none${count}_` }))
    }
    for (const name of [`sp_ab${count}_left`, `sp_zz${count}_foreign`])
      await database.admin(`alter role ${name} valid until '2001-01-01'`)
    await users.make(administrator(), userOf())
    expect(await rolesLike(`sp_ab${count}\\_%`)).toEqual([`sp_ab${count}_living`, `sp_ab${count}_one`])
    const foreign = { prefix: `sp_zz${count}_`, memberOf: 'readers', owned: 'drop' } as const
    expect(await rolesLike(`sp_zz${count}\\_%`)).toEqual([`sp_zz${count}_foreign`])
    expect([await users.dropLeft(administrator(), foreign), await users.dropLeft(administrator(), foreign)]).toEqual([1, 0])
    expect(await rolesLike(`sp_zz${count}\\_%`)).toEqual([])
  })

  test('may sign in still, and is dropped all the same when all of its credential are', async () => {
    const [user, second] = [userOf(), userOf({ userName: `sp_ab${count}_two` })]
    const foreign = userOf({ userName: `sp_other${count}_one`, prefix: `sp_other${count}_` })
    for (const each of [user, second, foreign]) await users.make(administrator(), each)
    const client = await signedIn(user)
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    await users.dropAll(administrator(), user)
    await ended
    expect(await rolesLike(`sp_%${count}_%`)).toEqual([foreign.userName])
  })

  test('that is there already, because only the answer was lost, is made anew', async () => {
    await users.make(administrator(), userOf())
    const again = userOf({ password: Buffer.from('another one') })
    await users.make(administrator(), again)
    await (await signedIn(again)).end()
    expect(await rolesLike(`sp_ab${count}\\_%`)).toEqual([again.userName])
  })

  test('is not made by who may not, and the resource’s words say why; its password is in none of them', async () => {
    const refused = await users.make(administrator(), userOf({ memberOf: 'pg_read_all_data' })).catch((error: unknown) => error)
    expect(String(refused)).toMatch(/permission denied|must have admin option/i)
    expect(String(refused)).not.toContain('what nobody knows')
    expect(await rolesLike(`sp_ab${count}\\_%`)).toEqual([])
    await expect(users.make(administrator({}, 'wrong'), userOf())).rejects.toMatchObject({ code: 'resource_sign_in_failed' })
  })
})

test('names and texts are quoted, whatever they hold', () => {
  expect(identifier('a"; drop role x; --')).toBe('"a""; drop role x; --"')
  expect(literal("it's \\ 'so'")).toBe("'it''s \\ ''so'''")
  expect(() => literal('a\0b')).toThrow('NUL')
  expect(() => identifier('')).toThrow('not a name')
})
