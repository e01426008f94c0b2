import { randomUUID } from 'node:crypto'
import { type Permission, permissions, supportPermissions } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Transaction } from '../../db/schema.ts'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { codeOf } from '../../testing/code-of.ts'
import { makeOrganization } from '../../testing/make-organization.ts'
import { type OpenedOutbox, openedOutbox } from '../../testing/outbox.ts'
import { listAlerts } from '../alerts/index.ts'
import { addMember, createBuiltInRoles, permissionsOfUser } from '../roles/index.ts'
import { standingOf } from '../access-requests/standings.ts'
import { deleteUser, findUser } from '../users/index.ts'
import { endSupportAccess, endSupportAccessInTime, listSupportAccess, openSupportAccess, recordSupportUse } from './index.ts'

let database: TestDatabase
let outbox: OpenedOutbox
let organization: string
beforeAll(async () => {
  database = await testDatabase()
  outbox = await openedOutbox(database)
})
afterAll(() => database.stop())
beforeEach(async () => {
  organization = (await makeOrganization(database.pools.api)).id
})

const opener = { id: randomUUID(), permissions: new Set<Permission>(permissions) }
const author = () => ({
  organization,
  actor: { kind: 'user', id: opener.id, device: null, session: null, address: null } as const,
  now: Date.now(),
})
const run = <Result>(work: (transaction: Transaction) => Promise<Result>) =>
  withOrganization(database.pools.api, organization, work)
const draft = {
  email: 'sam@vendor.example',
  firstName: 'Sam',
  lastName: 'Support',
  reason: 'ticket 4711',
  minutes: 60,
  permissions: supportPermissions,
  opener,
}
const open = (parts: Partial<typeof draft> = {}) =>
  run((transaction) => openSupportAccess(transaction, { ...draft, ...parts }, author()))
const list = () => run((transaction) => listSupportAccess(transaction, { before: null, limit: 100 }))
const passTime = (id: string) =>
  run((transaction) => sql`update users set ends_at = clock_timestamp() where id = ${id}`.execute(transaction))
const entries = async (type: string) =>
  (await outbox.waiting(organization))
    .filter((row) => row.type === type)
    .map((row) => JSON.parse(row.body) as { details: Record<string, unknown>; actor: { kind: string } })
const statusOf = async (id: string) => (await run((transaction) => findUser(transaction, id)))?.status

describe('opening', () => {
  test('makes an account that may read what was said, and ends', async () => {
    const access = await open()
    expect(access).toMatchObject({ reason: 'ticket 4711', endedAt: null, endedBy: null, openedBy: opener.id })
    expect(Date.parse(access.endsAt) - Date.parse(access.openedAt)).toBe(3_600_000)
    expect(await run((transaction) => permissionsOfUser(transaction, access.id))).toEqual(new Set(supportPermissions))
    expect(await list()).toEqual([access])
    expect(await entries('support-access.opened')).toMatchObject([{ details: { reason: 'ticket 4711' } }])
  })

  test('is refused for more than the opener may do, for an address that is taken, and for very many', async () => {
    const little = { id: opener.id, permissions: new Set<Permission>(['users.write', 'roles.read']) }
    expect(await codeOf(open({ opener: little }))).toBe('forbidden')
    await open()
    expect(await codeOf(open())).toBe('conflict')
    for (let count = 1; count < 10; count++) await open({ email: `sam-${count}@vendor.example` })
    expect(await codeOf(open({ email: 'one-more@vendor.example' }))).toBe('limit_reached')
  })

  test('is never done more often than it may be, however many do it at the same moment', async () => {
    for (let count = 0; count < 8; count++) await open({ email: `sam-${count}@vendor.example` })
    const names = ['eve', 'ian', 'joe', 'kim', 'lee']
    const codes = await Promise.all(names.map((name) => codeOf(open({ email: `${name}@vendor.example` }))))
    expect(codes.toSorted()).toEqual(['done', 'done', 'limit_reached', 'limit_reached', 'limit_reached'])
  })

  test('says in no column who it is and why', async () => {
    await open()
    const rows = await run((transaction) =>
      sql<{ row: string }>`select users::text || support_accesses::text as row from users
        join support_accesses on user_id = users.id`.execute(transaction),
    )
    for (const word of ['Sam', 'vendor', '4711']) {
      for (const form of [word, Buffer.from(word).toString('hex')]) expect(rows.rows[0]!.row).not.toContain(form)
    }
  })
})

describe('the account', () => {
  test('is given no role, asks for nothing and decides nothing', async () => {
    const { id: user } = await open()
    const { owner } = await run(createBuiltInRoles)
    const member = run((transaction) =>
      addMember(transaction, { role: owner, user }, { ...author(), permissions: opener.permissions }),
    )
    expect(await codeOf(member)).toBe('forbidden')
    await run((transaction) => sql`update users set status = 'active' where id = ${user}`.execute(transaction))
    expect(await run((transaction) => standingOf(transaction, user))).toMatchObject({ active: false })
  })

  test('may read what was opened, and never anything else: neither more nor for longer', async () => {
    const { id } = await open()
    const more = run((transaction) =>
      sql`update support_accesses set permissions = array['activity.read'] where user_id = ${id}`.execute(transaction),
    )
    await expect(more).rejects.toThrow('permission denied')
    const writing = run((transaction) =>
      sql`insert into support_accesses (user_id, permissions, opened_by) values (${id}, array['users.write'], ${id})`.execute(
        transaction,
      ),
    )
    await expect(writing).rejects.toThrow('check constraint')
    for (const end of [sql`ends_at + interval '1 minute'`, sql`null`]) {
      const longer = run((transaction) => sql`update users set ends_at = ${end} where id = ${id}`.execute(transaction))
      await expect(longer).rejects.toThrow('not moved later')
    }
  })

  test('is not deleted past its end, which says more', async () => {
    const { id } = await open()
    expect(await codeOf(run((transaction) => deleteUser(transaction, author(), id)))).toBe('in_use')
  })
})

describe('the end', () => {
  test('comes by the clock of the database, whether or not anything noted it', async () => {
    const { id } = await open()
    expect(await statusOf(id)).toBe('invited')
    await passTime(id)
    expect(await statusOf(id)).toBe('disabled')
    expect(await list()).toMatchObject([{ id, endedAt: expect.any(String), endedBy: null }])
    expect(await entries('support-access.ended')).toEqual([])
  })

  test('is noted once, with the alert that told of it, and frees the address', async () => {
    const { id } = await open()
    await passTime(id)
    for (let times = 0; times < 2; times++) await run((transaction) => endSupportAccessInTime(transaction, author()))
    expect(await entries('support-access.ended')).toMatchObject([{ actor: { kind: 'job' }, details: { reason: 'expired' } }])
    const alerts = await run((transaction) => listAlerts(transaction, { before: null, limit: 10 }))
    expect(alerts).toMatchObject([{ kind: 'support-access', user: id, endedAt: expect.any(String) }])
    expect(await statusOf(id)).toBeUndefined()
    await open()
  })

  test('comes before its time when somebody ends it, who is named', async () => {
    const [first, second] = [await open(), await open({ email: 'second@vendor.example' })]
    await run((transaction) => endSupportAccess(transaction, { id: first.id, by: opener.id }, author()))
    expect(await list()).toMatchObject([
      { id: second.id, endedAt: null },
      { id: first.id, endedAt: expect.any(String), endedBy: opener.id },
    ])
    const again = run((transaction) => endSupportAccess(transaction, { id: first.id, by: opener.id }, author()))
    expect(await codeOf(again)).toBe('not_found')
  })
})

test('what was looked at is recorded by its operation, and what was looked for apart from it', async () => {
  const { id } = await open()
  const actor = { kind: 'user', id, device: null, session: null, address: null } as const
  const use = { operation: 'listResources', parameters: undefined, query: { limit: 5, cursor: undefined }, actor }
  await run((transaction) => recordSupportUse(transaction, use))
  expect(await entries('support-access.used')).toMatchObject([
    { actor: { kind: 'user' }, details: { operation: 'listResources', parameters: {}, filter: { limit: 5 } } },
  ])
})
