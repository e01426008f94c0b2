import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pool, Transaction } from '../../db/schema.ts'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { makeOrganization } from '../../testing/make-organization.ts'
import { personalColumn } from '../personal-data/index.ts'
import { findUser, findUserByEmail, insertUser, listUsers, lockUser, updateUser } from './store.ts'

let database: TestDatabase
/** Of two replicas. */
let [one, other]: Pool[] = []
let organization: string
beforeAll(async () => {
  database = await testDatabase()
  one = database.pools.api
  other = database.openPool('api')
})
afterAll(() => database.stop())
beforeEach(async () => {
  organization = (await makeOrganization(one!)).id
})

const run = <Result>(work: (transaction: Transaction) => Promise<Result>, pool = one!) =>
  withOrganization(pool, organization, work)

const add = async (name: string): Promise<string> => {
  const id = randomUUID()
  const user = { id, email: `${name}@acme.example`, firstName: name, lastName: 'Example', createdAt: new Date() }
  expect(await run((transaction) => insertUser(transaction, user))).toBe(true)
  return id
}
const emails = (pool?: Pool, after: string | null = null, limit = 100) =>
  run(async (transaction) => (await listUsers(transaction, { after, limit })).map(({ email }) => email.split('@')[0]), pool)

describe('names', () => {
  test('are in no column, and are there for who asks by id or address', async () => {
    const id = await add('zephyrine')
    expect(await run((transaction) => findUser(transaction, id))).toMatchObject({ firstName: 'zephyrine' })
    expect(await run((transaction) => findUserByEmail(transaction, 'zephyrine@acme.example'))).toMatchObject({ id })
    expect(await run((transaction) => findUserByEmail(transaction, 'zephyrin@acme.example'))).toBeNull()
    const { rows } = await run((transaction) => sql<{ row: string }>`select users::text as row from users`.execute(transaction))
    expect(rows).toHaveLength(1)
    for (const form of ['zephyrine', Buffer.from('zephyrine').toString('hex')]) expect(rows[0]!.row).not.toContain(form)
  })

  test('are of one account each', async () => {
    await add('ada')
    const again = { id: randomUUID(), email: 'ada@acme.example', firstName: 'A', lastName: 'B', createdAt: new Date() }
    expect(await run((transaction) => insertUser(transaction, again))).toBe(false)
  })

  test('do not open in the row of somebody else', async () => {
    const [ada, bob] = [await add('ada'), await add('bob')]
    await run((transaction) =>
      sql`update users set personal = (select personal from users where id = ${ada}), seed = (select seed from users where id = ${ada})
        where id = ${bob}`.execute(transaction),
    )
    await expect(run((transaction) => findUser(transaction, bob), other)).rejects.toMatchObject({ code: 'secret_unavailable' })
  })

  test('go with the seed of their person', async () => {
    const id = await add('ada')
    await run((transaction) => sql`update users set seed = null where id = ${id}`.execute(transaction))
    expect(await run((transaction) => findUser(transaction, id), database.openPool('api'))).toMatchObject({ firstName: 'Erased' })
  })
})

describe('the order of people', () => {
  test('is that of their addresses, page by page, as every replica changes it', async () => {
    for (const name of ['cleo', 'ada', 'bob']) await add(name)
    expect(await emails()).toEqual(['ada', 'bob', 'cleo'])
    expect(await emails(other)).toEqual(['ada', 'bob', 'cleo'])
    const dora = await add('dora')
    expect(await emails(other)).toEqual(['ada', 'bob', 'cleo', 'dora'])
    const names = { email: 'aaron@acme.example', firstName: 'Aaron', lastName: 'Example' }
    await run(async (transaction) => {
      await lockUser(transaction, dora)
      await updateUser(transaction, dora, { names })
    }, other)
    expect(await emails()).toEqual(['aaron', 'ada', 'bob', 'cleo'])
    expect(await emails(one, 'ada@acme.example', 1)).toEqual(['bob'])
    expect(await emails(one, 'cleo@acme.example')).toEqual([])
    await run((transaction) =>
      sql`update users set status = 'disabled', deleted_at = now() where id = ${dora}`.execute(transaction),
    )
    expect(await emails(other)).toEqual(['ada', 'bob', 'cleo'])
  })

  test('is the same for all who ask a new replica at once, and for more people than are read at a time', async () => {
    const many = Array.from({ length: 1001 }, (_, each) => `person${String(each).padStart(4, '0')}`)
    await run(async (transaction) => {
      for (const name of many) {
        const user = { id: randomUUID(), email: `${name}@acme.example`, firstName: name, lastName: 'E', createdAt: new Date() }
        await insertUser(transaction, user)
      }
    })
    const pool = database.openPool('api')
    const lists = await Promise.all(Array.from({ length: 4 }, () => emails(pool, null, 2000)))
    expect(lists).toEqual(lists.map(() => many))
    await add('aaron')
    expect(await emails(pool, null, 2)).toEqual(['aaron', many[0]])
  })

  test('is not changed for others by a transaction that is rolled back', async () => {
    await add('ada')
    const rolledBack = run(async (transaction) => {
      const user = { id: randomUUID(), email: 'zoe@acme.example', firstName: 'Z', lastName: 'E', createdAt: new Date() }
      await insertUser(transaction, user)
      expect(await listUsers(transaction, { after: null, limit: 10 })).toHaveLength(2)
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    expect(await emails()).toEqual(['ada'])
  })
})

describe('a sealed column', () => {
  const column = personalColumn<{ readonly text: string }>('notes')

  test('opens for its own table, column, row, person and organization only', async () => {
    const [ada, bob] = [await add('ada'), await add('bob')]
    const place = { row: 'r1', person: ada }
    const sealed = (await run((transaction) => column.seal(transaction, place, { text: 'x' })))!
    const open = (of: typeof column, change: object) =>
      run((transaction) => of.open(transaction, { ...place, sealed, ...change }))
    expect(await open(column, {})).toEqual({ text: 'x' })
    const refused = { code: 'secret_unavailable' }
    await expect(open(column, { row: 'r2' })).rejects.toMatchObject(refused)
    await expect(open(column, { person: bob })).rejects.toMatchObject(refused)
    await expect(open(column, { person: null })).rejects.toMatchObject(refused)
    await expect(open(personalColumn('notes', 'other'), {})).rejects.toMatchObject(refused)
    await expect(open(personalColumn('others'), {})).rejects.toMatchObject(refused)
    for (const index of sealed.keys()) {
      const changed = Buffer.from(sealed)
      changed[index]! ^= 1
      await expect(open(column, { sealed: changed })).rejects.toMatchObject(refused)
    }
    const common = (await run((transaction) => column.seal(transaction, { row: 'r1', person: null }, { text: 'y' })))!
    organization = (await makeOrganization(one!)).id
    await expect(open(column, { person: null, sealed: common })).rejects.toMatchObject(refused)
  })

  test('keeps nothing of somebody who is not there', async () => {
    const stranger = { row: 'r', person: randomUUID() }
    expect(await run((transaction) => column.seal(transaction, stranger, { text: 'x' }))).toBeNull()
  })
})
