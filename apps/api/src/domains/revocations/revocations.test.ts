import { randomUUID } from 'node:crypto'
import type { Revocation } from '@sallyport/protocol'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Notifications, startNotifications } from '../../db/notifications.ts'
import { connectionConfig } from '../../db/pool.ts'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { makeOrganization } from '../../testing/make-organization.ts'
import { openedOutbox } from '../../testing/outbox.ts'
import { quietLogger } from '../../testing/quiet-logger.ts'
import { inbox } from '../../testing/waiting.ts'
import {
  dropOldRevocations,
  type OrganizationHead,
  readHead,
  readRevocationsAfter,
  readSnapshot,
  type RevocationFeed,
  revoke,
  startRevocationFeed,
} from './index.ts'

let database: TestDatabase
const closers: (() => unknown)[] = []

beforeAll(async () => {
  database = await testDatabase()
  await openedOutbox(database)
})
afterAll(async () => {
  for (const close of closers.toReversed()) await close()
  await database.stop()
})

/** What one replica has: connections and a feed of its own. */
const replica = (interval = 60_000): { feed: RevocationFeed; notifications: Notifications; connections: pg.Client[] } => {
  const pool = database.openPool('api')
  const connections: pg.Client[] = []
  const connect = (): pg.Client => {
    const client = new pg.Client(connectionConfig(database.login('api'), 'notifications'))
    connections.push(client)
    return client
  }
  const notifications = startNotifications({ connect, logger: quietLogger(), random: () => 0 })
  const feed = startRevocationFeed({ pool, notifications, logger: quietLogger(), interval })
  closers.push(() => notifications.close(), feed.close)
  return { feed, notifications, connections }
}

const follow = async (feed: RevocationFeed, organization: string) => {
  const batches = inbox<readonly Revocation[]>()
  const heads = inbox<OrganizationHead>()
  const { head, leave } = await feed.follow(organization, { revoked: batches.put, alive: heads.put })
  return { batches, heads, head, leave }
}

const revokeSession = (organization: string, id: string = randomUUID()): Promise<number> =>
  withOrganization(database.pools.api, organization, (transaction) =>
    revoke(transaction, { organization, subject: { kind: 'session', id }, code: 'session_revoked' }),
  )

const numbersOf = (batch: readonly Revocation[]): number[] => batch.map(({ number }) => number)
const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe('numbers', () => {
  test('have no gaps and no doubles when many revoke at once and some roll back', async () => {
    const { id } = await makeOrganization(database.pools.api)
    const attempts = range(1, 40).map(async (attempt) => {
      try {
        return await withOrganization(database.pools.api, id, async (transaction) => {
          const number = await revoke(transaction, {
            organization: id,
            subject: { kind: 'lease', id: randomUUID() },
            code: 'lease_revoked',
          })
          if (attempt % 4 === 0) throw new Error('changed its mind')
          return number
        })
      } catch {
        return null
      }
    })
    const numbers = (await Promise.all(attempts)).filter((number) => number !== null)
    expect(numbers.toSorted((left, right) => left - right)).toEqual(range(1, 30))
    const stored = await withOrganization(database.pools.api, id, (transaction) => readRevocationsAfter(transaction, id, 0))
    expect(numbersOf(stored)).toEqual(range(1, 30))
  })

  test('of two organizations are independent, and neither sees the other', async () => {
    const [one, two] = [await makeOrganization(database.pools.api), await makeOrganization(database.pools.api)]
    expect(await revokeSession(one.id)).toBe(1)
    expect(await revokeSession(two.id)).toBe(1)
    expect(await revokeSession(two.id)).toBe(2)
    const seen = await withOrganization(database.pools.api, one.id, (transaction) =>
      transaction.selectFrom('revocations').select('organization_id').execute(),
    )
    expect(seen).toEqual([{ organization_id: one.id }])
    const foreign = withOrganization(database.pools.api, one.id, (transaction) =>
      revoke(transaction, { organization: two.id, subject: { kind: 'user', id: randomUUID() }, code: 'user_disabled' }),
    )
    await expect(foreign).rejects.toThrow('no result')
  })
})

describe('snapshots', () => {
  test('hold what is worth refusing and end at the head', async () => {
    const now = Date.now()
    const { id } = await makeOrganization(database.pools.api)
    const [old, recent] = [randomUUID(), randomUUID()]
    await revokeSession(id, old)
    await withOrganization(database.pools.api, id, (transaction) =>
      revoke(transaction, { organization: id, subject: { kind: 'lease', id: randomUUID() }, code: 'lease_revoked' }),
    )
    await revokeSession(id, recent)
    const at = (hours: number) =>
      withOrganization(database.pools.api, id, (transaction) =>
        readSnapshot(transaction, { organization: id, now: now + hours * 3_600_000 }),
      )
    expect((await at(0)).revocations).toHaveLength(3)
    expect(numbersOf((await at(3)).revocations)).toEqual([1, 3])
    expect(await at(30)).toEqual({ head: 3, revocations: [] })
  })

  test('that would be too long stop early, and the rest follows by number', async () => {
    const { id } = await makeOrganization(database.pools.api)
    await withOrganization(database.pools.api, id, async (transaction) => {
      const rows = range(1, 4100).map((number) => ({
        number,
        subject_kind: 'session' as const,
        subject_id: randomUUID(),
        code: 'session_revoked',
      }))
      await transaction.insertInto('revocations').values(rows).execute()
      await transaction.updateTable('organizations').set({ revocation_number: 4100 }).where('id', '=', id).execute()
    })
    const read = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) => withOrganization(database.pools.api, id, work)
    const snapshot = await read((transaction) => readSnapshot(transaction, { organization: id, now: Date.now() }))
    expect(snapshot.head).toBe(4000)
    expect(snapshot.revocations).toHaveLength(4000)
    const rest = await read((transaction) => readRevocationsAfter(transaction, id, snapshot.head))
    expect(numbersOf(rest)).toEqual(range(4001, 4100))
    expect(JSON.stringify(snapshot).length).toBeLessThan(1024 * 1024)
  })

  test('are what is left after old revocations were dropped, without gaps', async () => {
    const { id } = await makeOrganization(database.pools.api)
    for (const _ of range(1, 5)) await revokeSession(id)
    const drop = (hours: number, limit: number) =>
      withOrganization(database.pools.api, id, (transaction) =>
        dropOldRevocations(transaction, { organization: id, now: Date.now() + hours * 3_600_000, limit }),
      )
    expect(await drop(0, 10)).toBe(0)
    expect(await drop(26, 2)).toBe(2)
    const left = await withOrganization(database.pools.api, id, (transaction) => readRevocationsAfter(transaction, id, 0))
    expect(numbersOf(left)).toEqual([3, 4, 5])
    expect(await drop(26, 10)).toBe(3)
    expect(await revokeSession(id)).toBe(6)
  })
})

describe('replicas', () => {
  test('hear within moments what another one revoked, in order, each exactly once', async () => {
    const { id } = await makeOrganization(database.pools.api)
    const [one, two] = [replica(), replica()]
    const [first, second] = [await follow(one.feed, id), await follow(two.feed, id)]
    await first.heads.take()
    await second.heads.take()
    await Promise.all(range(1, 25).map(() => revokeSession(id)))
    for (const { batches } of [first, second]) {
      const seen: number[] = []
      while (seen.length < 25) seen.push(...numbersOf(await batches.take()))
      expect(seen).toEqual(range(1, 25))
    }
  })

  test('hear nothing of other organizations', async () => {
    const [mine, other] = [await makeOrganization(database.pools.api), await makeOrganization(database.pools.api)]
    const { batches } = await follow(replica().feed, mine.id)
    await revokeSession(other.id)
    const subject = randomUUID()
    await revokeSession(mine.id, subject)
    expect((await batches.take()).map((revocation) => revocation.subject.id)).toEqual([subject])
    expect(batches.waiting).toEqual([])
  })

  test('that lost their connection read on when they are back', async () => {
    const { id } = await makeOrganization(database.pools.api)
    const { feed, connections } = replica()
    const { batches, heads } = await follow(feed, id)
    await heads.take()
    // The server ends the connection under the listener, as a failing network would.
    const { processID } = connections.at(-1) as unknown as { processID: number }
    const victim = new pg.Client(connectionConfig(database.login('api'), 'test'))
    await victim.connect()
    await victim.query('select pg_terminate_backend($1)', [processID])
    await victim.end()
    await revokeSession(id)
    expect(numbersOf(await batches.take())).toEqual([1])
  })

  test('that miss a notification see the head at their next look', async () => {
    const { id } = await makeOrganization(database.pools.api)
    const { feed } = replica(100)
    const { batches, heads } = await follow(feed, id)
    await heads.take()
    await withOrganization(database.pools.api, id, async (transaction) => {
      // As revoke does it, without the notification.
      await transaction.updateTable('organizations').set({ revocation_number: 1 }).where('id', '=', id).execute()
      await transaction
        .insertInto('revocations')
        .values({ number: 1, subject_kind: 'user', subject_id: randomUUID(), code: 'user_disabled' })
        .execute()
    })
    expect(numbersOf(await batches.take())).toEqual([1])
    expect((await heads.take(({ head }) => head === 1)).head).toBe(1)
  })

  test('take up where the organization is, not what was before', async () => {
    const { id } = await makeOrganization(database.pools.api)
    await revokeSession(id)
    const { head, batches, heads } = await follow(replica().feed, id)
    expect(head).toEqual({ head: 1, trustBundle: 1 })
    await heads.take()
    await revokeSession(id)
    expect(numbersOf(await batches.take())).toEqual([2])
    const now = await withOrganization(database.pools.api, id, (transaction) => readHead(transaction, id))
    expect(now.head).toBe(2)
  })
})
