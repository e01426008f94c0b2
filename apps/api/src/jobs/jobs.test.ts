import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connectionConfig } from '../db/pool.ts'
import type { Transaction } from '../db/schema.ts'
import { type TestDatabase, testDatabase } from '../db/testing.ts'
import { withOrganization } from '../db/with-organization.ts'
import { acknowledgeAlert, listAlerts } from '../domains/alerts/index.ts'
import { readRevocationsAfter } from '../domains/revocations/index.ts'
import { makeGateway } from '../testing/make-gateway.ts'
import { makeLease } from '../testing/make-lease.ts'
import { makeOrganization } from '../testing/make-organization.ts'
import { type OpenedOutbox, openedOutbox } from '../testing/outbox.ts'
import { makeSession } from '../testing/make-session.ts'
import { quietLogger } from '../testing/quiet-logger.ts'
import { inbox } from '../testing/waiting.ts'
import type { PartsHealth } from '../program/watch-parts.ts'
import { jobs } from './jobs.ts'
import { partsJob } from './parts-job.ts'
import { fence, LeadershipLost, runAsLeader } from './leader.ts'
import { runJob, runJobs } from './scheduler.ts'

const HOUR = 3_600_000

let database: TestDatabase
let outbox: OpenedOutbox
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  database = await testDatabase()
  outbox = await openedOutbox(database)
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
afterAll(() => database.stop())

/** One replica that would lead: its turns as the leader, and a way to cut its connection. */
const replica = () => {
  const turns = inbox<{ number: number; lost: AbortSignal }>()
  const stopping = new AbortController()
  const connections: pg.Client[] = []
  const running = runAsLeader({
    connect: () => {
      const client = new pg.Client(connectionConfig(database.login('api'), 'jobs'))
      connections.push(client)
      return client
    },
    logger: quietLogger(),
    signal: stopping.signal,
    retryInterval: 20,
    lead: async (number, lost) => {
      turns.put({ number, lost })
      const over = AbortSignal.any([stopping.signal, lost])
      await new Promise<void>((resolve) => over.addEventListener('abort', () => resolve()))
    },
  })
  const stop = async () => {
    stopping.abort()
    await running
  }
  closers.push(stop)
  const cut = async (): Promise<void> => {
    const { processID } = connections.at(-1) as unknown as { processID: number }
    const other = new pg.Client(connectionConfig(database.login('api'), 'test'))
    await other.connect()
    await other.query('select pg_terminate_backend($1)', [processID])
    await other.end()
  }
  return { turns, stop, cut }
}

const inOrganization = async <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> => {
  const { id } = await makeOrganization(database.pools.api)
  return withOrganization(database.pools.api, id, work)
}

describe('the leader', () => {
  test('is one replica; when it stops another one follows with a higher number', async () => {
    const replicas = [replica(), replica()].map((each) => ({ each, turn: each.turns.take() }))
    const [first, other] = await Promise.race(
      replicas.map(async (one, index) => {
        await one.turn
        return [one, replicas[1 - index]!] as const
      }),
    )
    const { number } = await first.turn
    await first.each.stop()
    const next = await other.turn
    expect(next.number).toBeGreaterThan(number)
  })

  test('that lost its connection is told, and what it still tries is refused', async () => {
    const one = replica()
    const turn = await one.turns.take()
    await inOrganization((transaction) => fence(transaction, turn.number))
    const told = new Promise<void>((resolve) => turn.lost.addEventListener('abort', () => resolve()))
    await one.cut()
    await told
    const next = await one.turns.take()
    expect(next.number).toBeGreaterThan(turn.number)
    await expect(inOrganization((transaction) => fence(transaction, turn.number))).rejects.toThrow(LeadershipLost)
    await inOrganization((transaction) => fence(transaction, next.number))
  })
})

const scheduling = async (now: number) => {
  const { number } = await replica().turns.take()
  return {
    pool: database.pools.api,
    clock: () => now,
    logger: quietLogger(),
    fence: number,
    stopped: new AbortController().signal,
  }
}

const job = (name: string) => jobs.find((each) => each.name === name)!

describe('the scheduler', () => {
  test('goes on with the others when one organization fails', async () => {
    const options = await scheduling(Date.now())
    const [bad, good] = [await makeOrganization(database.pools.api), await makeOrganization(database.pools.api)]
    const served: string[] = []
    const step = async (_transaction: Transaction, { organization }: { organization: string }): Promise<boolean> => {
      if (organization === bad.id) throw new Error('broken')
      served.push(organization)
      return Promise.resolve(false)
    }
    await runJob({ name: 'test', interval: 1, step }, options)
    expect(served).toContain(good.id)
    expect(served).not.toContain(bad.id)
  })

  test('stops every job once another replica leads', async () => {
    const options = await scheduling(Date.now())
    await makeOrganization(database.pools.api)
    const steps: string[] = []
    const made = ['one', 'two'].map((name) => ({
      name,
      interval: 1,
      step: () => {
        steps.push(name)
        return Promise.resolve(false)
      },
    }))
    const running = runJobs({ ...options, jobs: made, fence: options.fence - 1 })
    await expect(running).rejects.toThrow(LeadershipLost)
    expect(steps).toEqual([])
  })

  test('holds nothing while a step waits for others, and takes none as a leader of the past', async () => {
    const options = await scheduling(Date.now())
    await makeOrganization(database.pools.api)
    let taken = 0
    const stepOutside = async () => {
      taken += 1
      // Whoever becomes the leader now does not wait for this step.
      await sql`update job_leaders set fence = fence where job = 'jobs'`.execute(database.pools.api)
      return false
    }
    const outside = { name: 'outside', interval: 1, stepOutside }
    await runJob(outside, options)
    expect(taken).toBeGreaterThan(0)
    const before = taken
    await expect(runJob(outside, { ...options, fence: options.fence - 1 })).rejects.toThrow(LeadershipLost)
    expect(taken).toBe(before)
  })

  test('ends between two steps when it is told to', async () => {
    const options = await scheduling(Date.now())
    const stopping = new AbortController()
    const step = () => {
      stopping.abort()
      return Promise.resolve(true)
    }
    await runJobs({ ...options, jobs: [{ name: 'endless', interval: 1, step }], stopped: stopping.signal })
    expect(stopping.signal.aborted).toBe(true)
  })
})

describe('every job', () => {
  test('can be run as the role it runs as, and run again', async () => {
    const options = await scheduling(Date.now())
    await makeOrganization(database.pools.api)
    const failures: unknown[] = []
    const logger = quietLogger()
    logger.error = ((details: unknown) => failures.push(details)) as never
    for (const each of [...jobs, ...jobs]) await runJob(each, { ...options, logger })
    expect(failures).toEqual([])
  })
})

describe('sessions', () => {
  const statusOf = (organization: string, id: string) =>
    withOrganization(database.pools.api, organization, (transaction) =>
      transaction.selectFrom('sessions').select(['status', 'end_code']).where('id', '=', id).executeTakeFirstOrThrow(),
    )

  test('past their time end, with a revocation and one entry each; others stay', async () => {
    const now = Date.now()
    const { id } = await makeOrganization(database.pools.api)
    const over = await makeSession(database.pools.api, id, { now: now - HOUR, expiresAt: now - 1 })
    const live = await makeSession(database.pools.api, id, { now })
    await runJob(job('sessions'), await scheduling(now))
    expect(await statusOf(id, over.id)).toEqual({ status: 'expired', end_code: 'session_expired' })
    expect((await statusOf(id, live.id)).status).toBe('active')
    const revocations = await withOrganization(database.pools.api, id, (transaction) => readRevocationsAfter(transaction, id, 0))
    expect(revocations.map(({ subject, code }) => ({ subject, code }))).toEqual([
      { subject: { kind: 'session', id: over.id }, code: 'session_expired' },
    ])
    const entries = await withOrganization(database.pools.log, id, (transaction) =>
      transaction.selectFrom('audit_outbox').select('type').execute(),
    )
    expect(entries).toEqual([{ type: 'session.ended' }])
  })

  test('that are idle end, unless a lease of theirs lives', async () => {
    const now = Date.now()
    const { id } = await makeOrganization(database.pools.api)
    const gateway = await makeGateway(database.pools.api, id)
    const long = { now: now - 13 * HOUR, expiresAt: now + HOUR }
    const idle = await makeSession(database.pools.api, id, long)
    const busy = await makeSession(database.pools.api, id, long)
    await makeLease(database.pools.vault, { organization: id, gateway: gateway.id, now, session: busy })
    await runJob(job('sessions'), await scheduling(now))
    expect((await statusOf(id, idle.id)).status).toBe('expired')
    expect((await statusOf(id, busy.id)).status).toBe('active')
  })
})

test('leases that no gateway reported end once, in one entry', async () => {
  const now = Date.now()
  const { id } = await makeOrganization(database.pools.api)
  const gateway = await makeGateway(database.pools.api, id)
  const made = [1, 2].map(() => makeLease(database.pools.vault, { organization: id, gateway: gateway.id, now: now - HOUR }))
  const old = await Promise.all(made)
  const fresh = await makeLease(database.pools.vault, { organization: id, gateway: gateway.id, now })
  const options = await scheduling(now)
  await runJob(job('leases'), options)
  await runJob(job('leases'), options)
  const rows = await withOrganization(database.pools.api, id, (transaction) =>
    transaction.selectFrom('leases').select(['id', 'end_code']).execute(),
  )
  const ended = rows.filter(({ end_code }) => end_code !== null).map((row) => row.id)
  expect(ended.toSorted()).toEqual(old.map(({ lease }) => lease).toSorted())
  expect(ended).not.toContain(fresh.lease)
  const entries = await outbox.waiting(id)
  expect(entries).toHaveLength(1)
  for (const { lease } of old) expect(entries[0]!.body).toContain(lease)
})

test('join tokens that expired long ago are deleted', async () => {
  const now = Date.now()
  const { id } = await makeOrganization(database.pools.api)
  const token = (expiresAt: number) => ({
    id: randomUUID(),
    secret_hash: Buffer.from(randomUUID().replaceAll('-', '').padEnd(64, '0'), 'hex'),
    name: 'gateway',
    kind: 'gateway' as const,
    sites: [randomUUID()],
    host: 'gateway.example',
    port: 443,
    created_at: new Date(now),
    expires_at: new Date(expiresAt),
  })
  const [old, recent] = [token(now - 48 * HOUR), token(now - HOUR)]
  await withOrganization(database.pools.api, id, (transaction) =>
    transaction.insertInto('gateway_join_tokens').values([old, recent]).execute(),
  )
  await runJob(job('join-tokens'), await scheduling(now))
  const left = await withOrganization(database.pools.api, id, (transaction) =>
    transaction.selectFrom('gateway_join_tokens').select('id').execute(),
  )
  expect(left).toEqual([{ id: recent.id }])
})

test('that nothing can be unlocked is told once, whoever acknowledges it, and is over by itself', async () => {
  const { api } = database.pools
  const { id: organization } = await makeOrganization(api)
  const within = <Result>(work: (transaction: Transaction) => Promise<Result>) => withOrganization(api, organization, work)
  let now = Date.now()
  let health: PartsHealth
  const { step } = partsJob(() => health)
  const look = async (part: Partial<PartsHealth>): Promise<void> => {
    now += 1000
    health = { database: null, vault: 'ok', kms: { state: 'working' }, log: 'ok', ...part }
    for (let times = 0; times < 3; times++) await within((transaction) => step(transaction, { organization, now }))
  }
  const list = (state: 'open' | 'acknowledged') =>
    within((transaction) => listAlerts(transaction, { before: null, limit: 10, state }))
  const told = async (): Promise<string[]> => (await list('open')).map(({ message }) => message)

  await look({})
  expect(await told()).toEqual([])
  await look({ kms: { state: 'failing', code: 'kms_denied' } })
  await look({ kms: { state: 'failing', code: 'kms_slow' } })
  expect(await told()).toEqual([expect.stringMatching(/^Nothing can be unlocked: .*\(kms_denied\)$/)])
  const [first] = await list('open')
  const author = { organization, actor: { kind: 'job', id: null, device: null, session: null, address: null }, now } as const
  await within((transaction) => acknowledgeAlert(transaction, { id: first!.id, by: randomUUID() }, author))
  await look({ kms: { state: 'failing', code: 'kms_denied' } })
  expect(await list('open')).toMatchObject([{ id: first!.id, acknowledged: { at: expect.any(String) as string } }])
  expect(await list('acknowledged')).toEqual([])
  await look({ kms: null })
  expect(await told()).toEqual([])
  expect(await list('acknowledged')).toMatchObject([{ id: first!.id, endedAt: new Date(now).toISOString() }])

  await look({ vault: 'failing', kms: null, log: 'failing' })
  expect((await list('open')).map(({ kind, message }) => `${kind}: ${message}`).toSorted()).toEqual([
    expect.stringMatching(/^log-failing: .*\(log_unavailable\)$/),
    expect.stringMatching(/^vault-failing: .*\(vault_unavailable\)$/),
  ])
  await look({ kms: { state: 'only-in-memory', code: 'kms_key_missing' } })
  await look({})
  await look({ kms: { state: 'only-in-memory', code: 'kms_key_missing' } })
  expect(await told()).toEqual([expect.stringContaining('once it is restarted it opens nothing')])
  const types = (await outbox.waiting(organization)).map(({ type }) => type).filter((type) => type.startsWith('alert.'))
  const [raised, ended] = ['alert.raised', 'alert.ended']
  expect(types).toEqual([raised, 'alert.acknowledged', ended, raised, raised, ended, raised, ended, ended, raised])
})

test('that there was no room is told afterwards, where there was none to tell it', async () => {
  const { api } = database.pools
  const { id: organization } = await makeOrganization(api)
  const well: PartsHealth = { database: null, vault: 'ok', kms: { state: 'working' }, log: 'ok' }
  let health: PartsHealth = { ...well, database: 'database_full' }
  const { step } = partsJob(() => health)
  const now = Date.now()
  const turn = (at: number, refused = false) =>
    withOrganization(api, organization, async (transaction) => {
      await step(transaction, { organization, now: now + at })
      if (refused) throw new Error('no room')
    })
  await expect(turn(1000, true)).rejects.toThrow('no room')
  await expect(turn(2000, true)).rejects.toThrow('no room')
  health = well
  for (const at of [3000, 4000, 5000]) await turn(at)
  const alerts = await withOrganization(api, organization, (transaction) =>
    listAlerts(transaction, { before: null, limit: 10, state: 'acknowledged' }),
  )
  const [from, to] = [1000, 4000].map((at) => new Date(now + at).toISOString())
  expect(alerts).toMatchObject([
    { kind: 'database-full', at: from, endedAt: to, message: expect.stringContaining('(database_full)') as string },
  ])
})
