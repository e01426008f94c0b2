import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  activityBatch,
  type ActivityUpload,
  fromBase64url,
  SallyportError,
  type Signer,
  signStatement,
  toBase64url,
} from '@sallyport/protocol'
import type { Activity, StoredActivity } from '@sallyport/recording'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { localKms } from '../../kms/local/local.ts'
import { makeGateway, type MadeGateway } from '../../testing/make-gateway.ts'
import { makeLease, type MadeLease } from '../../testing/make-lease.ts'
import { type MadeOrganization, makeOrganization } from '../../testing/make-organization.ts'
import { makeSigner } from '../../testing/make-signer.ts'
import { type OpenedOutbox, openedOutbox } from '../../testing/outbox.ts'
import {
  type ActivityFilter,
  type ActivityKeys,
  type ActivityPosition,
  type ActivityRow,
  type ActivityTail,
  activityKeysOf,
  deleteActivityOf,
  deleteOldActivity,
  deleteOldKind,
  destroyOldKeys,
  divideWords,
  dropOldPartitions,
  findActivity,
  findReceived,
  findRecordings,
  findSentBatch,
  isFullPage,
  linesOfBatch,
  openActivity,
  periodOf,
  searchActivity,
  shorten,
  takeBatch,
  vaultActivityKeys,
  withWords,
  wordsOf,
} from './index.ts'
import { wordNumbers } from './words.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const testKms = () => localKms({ id: 'test', key: randomBytes(32), protection: 'this test', warning: null })
const now = Date.parse('2026-11-22T12:00:00.000Z')

let database: TestDatabase
let outbox: OpenedOutbox
let keys: ActivityKeys
let organization: MadeOrganization
let gateway: MadeGateway
let lease: MadeLease

beforeAll(async () => {
  database = await testDatabase()
  outbox = await openedOutbox(database)
  keys = activityKeysOf({
    ask: vaultActivityKeys({ pool: database.pools.vault, kms: testKms() }),
    clock: () => now,
  })
})
afterAll(() => database.stop())
beforeEach(async () => {
  organization = await makeOrganization(database.pools.api, now)
  gateway = await makeGateway(database.pools.api, organization.id)
  lease = await leaseOf(gateway)
})

const run = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
  withOrganization(database.pools.api, organization.id, work)

const leaseOf = (of: MadeGateway): Promise<MadeLease> =>
  makeLease(database.pools.vault, { organization: organization.id, gateway: of.id, now })

const query = (text: string, at = now): Extract<Activity, { kind: 'query' }> => ({
  kind: 'query',
  at: new Date(at).toISOString(),
  form: 'simple',
  statement: { text },
  binds: [],
  bindsOmitted: 0,
  durationMs: 1.5,
  rows: 1,
  error: null,
})

const START = toBase64url(new Uint8Array(32))

interface Sealed {
  readonly batch: string
  readonly lines: string
  readonly digest: string
  readonly recordings?: ActivityUpload['recordings']
}

type Parties = Pick<MadeLease, 'lease' | 'session' | 'credential'>

interface SealOptions {
  readonly stream: string
  readonly first?: number
  readonly previous?: string
  readonly signer?: Signer
  readonly parties?: Parties | ((index: number) => Parties)
  readonly gateway?: string
  readonly organization?: string
}

/** What a gateway sends. */
const seal = async (activities: readonly StoredActivity[], options: SealOptions): Promise<Sealed> => {
  const { stream, first = 0, previous = START, signer = gateway.signer, parties = lease } = options
  const connection = randomUUID()
  const lines = activities
    .map((activity, index) => {
      const { lease: leaseId, session, credential } = typeof parties === 'function' ? parties(index) : parties
      return `${JSON.stringify({ number: first + index, lease: leaseId, connection, session, credential, activity })}\n`
    })
    .join('')
  const digest = createHash('sha256').update(lines).digest('base64url')
  const payload = {
    version: 1,
    organization: options.organization ?? organization.id,
    gateway: options.gateway ?? gateway.id,
    stream,
    first,
    count: activities.length,
    digest,
    previous,
    sealedAt: now,
  } as const
  return { batch: await signStatement(activityBatch, payload, [signer]), lines, digest }
}

const actor = () => ({ kind: 'gateway', id: gateway.id, device: null, session: null, address: '127.0.0.1' }) as const

const take = ({ batch, lines, recordings }: Sealed, at = now, erased: readonly string[] = []) =>
  takeBatch({
    upload: { batch, lines, ...(recordings === undefined ? {} : { recordings }) },
    sender: { organization: organization.id, gateway: gateway.id, publicKey: gateway.signer.publicKey },
    actor: actor(),
    keys,
    now: at,
    run,
    erasedAmong: () => Promise.resolve(new Set(erased)),
  })

const list = async (filter: ActivityFilter = {}, limit = 100) => {
  const found = await run((transaction) => findActivity(transaction, { filter, below: null, limit }))
  return openActivity(found, { organization: organization.id, keys })
}

const audited = () => outbox.waiting(organization.id)

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  )
  return error instanceof SallyportError ? error.code : String(error)
}

describe('a batch', () => {
  test('is stored whole, with one audit entry that names its digest', async () => {
    const stream = randomUUID()
    const sealed = await seal([query('select 1'), query('select 2')], { stream })
    expect(await take(sealed)).toEqual({ next: 2, isNew: true })
    const rows = await list()
    expect(rows.map((row) => row.id)).toEqual([`${stream}-1`, `${stream}-0`])
    expect(rows[0]).toMatchObject({
      user: lease.user,
      resource: lease.resource,
      gateway: gateway.id,
      lease: lease.lease,
      kind: 'query',
    })
    expect(rows[0]!.activity).toEqual(query('select 2'))
    const entries = await audited()
    expect(entries.map(({ type }) => type)).toEqual(['activity.batch'])
    expect(entries[0]!.body).toContain(sealed.digest)
  })

  test('that is sent again is answered the same way and stored once', async () => {
    const stream = randomUUID()
    const first = await seal([query('a'), query('b')], { stream })
    const second = await seal([query('c')], { stream, first: 2, previous: first.digest })
    await take(first)
    await take(second)
    expect(await take(first)).toEqual({ next: 3, isNew: false })
    expect(await take(second)).toEqual({ next: 3, isNew: false })
    expect(await list()).toHaveLength(3)
    expect(await audited()).toHaveLength(2)
  })

  test('that is sent twice at once is stored once', async () => {
    const sealed = await seal([query('a')], { stream: randomUUID() })
    const answers = await Promise.all([take(sealed), take(sealed), take(sealed)])
    expect(answers.map(({ next }) => next)).toEqual([1, 1, 1])
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(await list()).toHaveLength(1)
  })

  test('with records that are encrypted to recipients is stored with their files, which are what records name', async () => {
    const file = randomBytes(100)
    const recording = createHash('sha256').update(file).digest('base64url')
    const stub = (change: Partial<StoredActivity> = {}) =>
      ({
        kind: 'sealed',
        at: query('x').at,
        of: 'query',
        failed: true,
        recording,
        kept: 'both',
        person: lease.user,
        ...change,
      }) as StoredActivity
    const uploaded = [{ digest: recording, body: file.toString('base64url') }]
    const stream = randomUUID()
    const sealed = await seal([stub(), stub()], { stream })
    const refusals = {
      'no file': [],
      'a changed file': [{ digest: recording, body: randomBytes(100).toString('base64url') }],
      'another file besides': [...uploaded, { digest: createHash('sha256').update('x').digest('base64url'), body: null }],
      'a file that the gateway alone has': [{ digest: recording, body: null }],
    }
    for (const [name, recordings] of Object.entries(refusals)) {
      expect(await refusal(take({ ...sealed, recordings })), name).toBe('invalid_request')
    }
    const ofAnother = await seal([stub({ person: randomUUID() })], { stream })
    expect(await refusal(take({ ...ofAnother, recordings: uploaded }))).toBe('conflict')
    expect(await take({ ...sealed, recordings: uploaded })).toMatchObject({ next: 2 })
    expect(await list({ kind: 'query', outcome: 'failed' })).toHaveLength(2)
    const found = (limit: number, digest?: string) =>
      run((transaction) => findRecordings(transaction, { digest, below: null, limit }))
    expect(await found(10)).toMatchObject([{ digest: recording, stream, user: lease.user, kept: 'both', body: null }])
    expect(await found(1, recording)).toMatchObject([{ body: file.toString('base64url') }])
    await run((transaction) => deleteActivityOf(transaction, { user: lease.user, limit: 10 }))
    expect(await found(10)).toEqual([])
  })

  test('of somebody who was erased is taken, so that the stream goes on, and not kept', async () => {
    const stream = randomUUID()
    const other = await leaseOf(gateway)
    const first = await seal([query('theirs')], { stream })
    const second = await seal([query('of somebody else')], { stream, first: 1, previous: first.digest, parties: other })
    expect(await take(first, now, [lease.user])).toEqual({ next: 1, isNew: true })
    expect(await take(second, now, [lease.user])).toEqual({ next: 2, isNew: true })
    expect((await list()).map(({ user }) => user)).toEqual([other.user])
    expect((await audited()).map(({ type }) => type)).toEqual(['activity.batch', 'activity.batch'])
  })

  test('loses what one person did, in steps, and the words of it, and nothing of anybody else', async () => {
    const stream = randomUUID()
    const other = await leaseOf(gateway)
    const first = await seal([query('select mine from shared'), query('select mine'), query('select mine')], { stream })
    await take(first)
    await take(await seal([query('select yours from shared')], { stream, first: 3, previous: first.digest, parties: other }))
    const remove = () => run((transaction) => deleteActivityOf(transaction, { user: lease.user, limit: 2 }))
    expect([await remove(), await remove(), await remove()]).toEqual([2, 1, 0])
    expect((await list()).map(({ user }) => user)).toEqual([other.user])
    const words = await run((transaction) => transaction.selectFrom('activity_words').select(['numbers']).execute())
    expect(words.length).toBeGreaterThan(0)
    expect(new Set(words.flatMap(({ numbers }) => numbers.map(Number)))).toEqual(new Set([3]))
  })

  test('is found by person, resource, session, connection, kind and time', async () => {
    const stream = randomUUID()
    await take(await seal([query('early', now - DAY), query('late')], { stream }))
    const [late] = await list({ kind: 'query' }, 1)
    expect(late!.activity).toEqual(query('late'))
    expect(await list({ user: lease.user, resource: lease.resource, session: lease.session })).toHaveLength(2)
    expect(await list({ connection: late!.connection })).toHaveLength(2)
    expect(await list({ user: randomUUID() })).toEqual([])
    expect(await list({ kind: 'transfer' })).toEqual([])
    expect(await list({ before: new Date(now - 1000).toISOString() })).toHaveLength(1)
    expect(await list({ after: new Date(now - 1000).toISOString() })).toHaveLength(1)
  })

  test('is read page by page, each record once', async () => {
    const stream = randomUUID()
    await take(
      await seal(
        Array.from({ length: 7 }, (_, index) => query(`${index}`)),
        { stream },
      ),
    )
    const seen: string[] = []
    let below = null as Parameters<typeof findActivity>[1]['below']
    for (;;) {
      const page = await run((transaction) => findActivity(transaction, { filter: {}, below, limit: 3 }))
      if (page.length === 0) break
      seen.push(...page.map(({ id }) => id))
      below = page.at(-1)!.position
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((number) => `${stream}-${number}`))
  })

  test('is read in shorter pages where statements are long', async () => {
    const long = 'x'.repeat(250_000)
    await take(
      await seal(
        Array.from({ length: 20 }, (_, index) => query(`${index} ${long}`)),
        { stream: randomUUID() },
      ),
    )
    const seen: number[] = []
    let below = null as Parameters<typeof findActivity>[1]['below']
    for (let isMore = true; isMore;) {
      const page = await run((transaction) => findActivity(transaction, { filter: {}, below, limit: 100 }))
      expect(page.reduce((bytes, { body }) => bytes + body.length, 0)).toBeLessThan(3_000_000)
      seen.push(...page.map(({ position }) => position.number))
      below = page.at(-1)!.position
      isMore = isFullPage(page)
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => 19 - index))
  })
})

describe('searching', () => {
  const search = (text: string, options: { filter?: ActivityFilter; below?: ActivityPosition | null; limit?: number } = {}) => {
    const { filter = {}, below = null, limit = 100 } = options
    const words = wordsOf(text)
    return searchActivity({ organization: organization.id, keys, filter, words, below, limit, now, run })
  }
  const textsOf = (rows: readonly ActivityRow[]) =>
    rows.map((row) => (row.activity as { statement: { text: string } }).statement.text)

  test('finds records that have all of the words, in any order and case, also in names with underscores and in values', async () => {
    const bound: Activity = {
      ...query('select 1'),
      form: 'extended',
      binds: [{ form: 'text', value: { text: 'ada@example.com' } }],
    }
    const failed: Activity = { ...query('select x'), error: { code: '42P01', message: 'relation nowhere does not exist' } }
    const all = [query('SELECT email_address FROM Customers'), query('select id from orders'), bound, failed]
    await take(await seal(all, { stream: randomUUID() }))
    const found = async (text: string) =>
      (await search(text)).rows.map(({ id }) => Number(id.slice(37))).toSorted((a, b) => a - b)
    expect(await found('customers EMAIL')).toEqual([0])
    expect(await found('email_address')).toEqual([0])
    expect(await found('from')).toEqual([0, 1])
    expect(await found('from orders')).toEqual([1])
    expect(await found('ada example com')).toEqual([2])
    expect(await found('42p01 nowhere')).toEqual([3])
    expect(await found('custom')).toEqual([])
    expect(await found('orders customers')).toEqual([])
  })

  test('pages through months, newest first, each record once, with other filters in force', async () => {
    const times = [0, 0, 1, 2, 50, 51, 300, 301, 600, 601].map((hours) => now - hours * HOUR)
    const stream = randomUUID()
    await take(
      await seal(
        times.map((at, index) => query(`rare needle ${index}`, at)),
        { stream },
      ),
    )
    await take(await seal([query('hay', now)], { stream: randomUUID() }))
    const seen: string[] = []
    let below: ActivityPosition | null = null
    for (;;) {
      const page = await search('needle', { below, limit: 3 })
      expect(page.rows.length).toBeLessThanOrEqual(3)
      seen.push(...textsOf(page.rows))
      if (page.next === null) break
      below = page.next
    }
    expect(seen).toEqual([1, 0, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => `rare needle ${index}`))
    const within = { after: new Date(now - 100 * HOUR).toISOString(), before: new Date(now - HOUR).toISOString() }
    expect(textsOf((await search('needle', { filter: within })).rows)).toEqual([3, 4, 5].map((index) => `rare needle ${index}`))
    expect((await search('needle', { filter: { user: randomUUID() } })).rows).toEqual([])
  })

  test('keeps no word in clear, and other words for other organizations', async () => {
    const wordsKept = () => run(async (transaction) => transaction.selectFrom('activity_words').select('word').execute())
    await take(await seal([query('canary')], { stream: randomUUID() }))
    const own = await wordsKept()
    organization = await makeOrganization(database.pools.api, now)
    gateway = await makeGateway(database.pools.api, organization.id)
    lease = await leaseOf(gateway)
    await take(await seal([query('canary')], { stream: randomUUID() }))
    const other = await wordsKept()
    expect([own.length, other.length]).toEqual([1, 1])
    expect(own[0]).not.toEqual(other[0])
  })

  const pages = async (options: Parameters<typeof search>[1] & { readonly text?: string }): Promise<ActivityRow[][]> => {
    const found: ActivityRow[][] = []
    for (let below: ActivityPosition | null = null; ;) {
      const page = await search(options.text ?? '', { ...options, below })
      found.push([...page.rows])
      if (page.next === null) return found
      below = page.next
    }
  }

  test('walks along whatever has the least to look through, and finds what looking at each row finds', async () => {
    const kinds = ['query', 'transfer', 'cancel'] as const
    const session = { id: randomUUID(), user: randomUUID(), device: randomUUID() }
    const credential = { id: randomUUID(), resource: randomUUID() }
    const leases = await Promise.all(
      [{ session }, { session, credential }, { credential }, {}].map((part) =>
        makeLease(database.pools.vault, { organization: organization.id, gateway: gateway.id, now, ...part }),
      ),
    )
    // Rows at the same time, too, and in two months.
    const records = Array.from({ length: 900 }, (_, index): Activity => {
      const at = now - Math.floor((899 - index) / 2) * 90 * 60_000
      const text = `often ${index % 3 === 0 ? 'sometimes' : ''} ${index % 200 === 7 ? 'seldom' : ''} x`
      const asked = { ...query(text, at), error: index % 5 === 0 ? { code: '42P01', message: 'no' } : null }
      if (kinds[index % 7] === 'cancel') return { kind: 'cancel', at: asked.at, matched: true }
      if (kinds[index % 7] !== 'transfer') return asked
      const { statement, error, durationMs } = asked
      return {
        kind: 'transfer',
        at: asked.at,
        direction: 'in',
        statement,
        bytes: 1,
        durationMs,
        rows: null,
        error,
      }
    })
    const parties = (index: number) => leases[index % 11 === 0 ? 3 : index % 4]!
    await take(await seal(records, { stream: randomUUID(), parties }))
    const everything = await list({}, 2000)
    expect(everything).toHaveLength(900)
    const [both, other] = [leases[1]!, leases[3]!]
    const filters: ActivityFilter[] = [
      {},
      { kind: 'query', outcome: 'succeeded' },
      { user: both.user, device: both.device },
      { user: both.user, resource: both.resource, outcome: 'failed' },
      { user: other.user, resource: both.resource },
      { resource: both.resource, gateway: gateway.id, kind: 'transfer' },
      { credential: both.credential, outcome: 'succeeded', before: new Date(now - 300 * HOUR).toISOString() },
      { user: randomUUID(), resource: both.resource, gateway: gateway.id },
    ]
    const isWanted = (row: ActivityRow, { outcome, after: _after, before, ...equal }: ActivityFilter): boolean =>
      (Object.entries(equal) as [keyof ActivityRow, unknown][]).every(([name, value]) => row[name] === value) &&
      (outcome === undefined || row.failed === (outcome === 'failed')) &&
      (before === undefined || row.at < before)
    for (const filter of filters) {
      for (const text of ['', 'often', 'sometimes seldom', 'x']) {
        const wanted = withWords(everything, wordsOf(text)).filter((row) => isWanted(row, filter))
        const found = await pages({ filter, text, limit: 200 })
        const name = `${JSON.stringify(filter)} ${text}`
        expect(
          found.flat().map(({ id }) => id),
          name,
        ).toEqual(wanted.map(({ id }) => id))
        expect(Math.max(...found.map(({ length }) => length)), name).toBeLessThanOrEqual(200)
      }
    }
  })

  test('opens a bounded number of rows in one call, and goes on from there', async () => {
    const stream = randomUUID()
    const rows = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => query(from + index === 0 ? 'word y' : 'word', now - HOUR + from + index))
    const first = await seal(rows(0, 1500), { stream })
    await take(first)
    await take(await seal(rows(1500, 1500), { stream, first: 1500, previous: first.digest }))
    // One letter is no word of the index: every row is opened.
    const page = await search('y')
    expect(page.rows).toEqual([])
    expect(page.next).not.toBeNull()
    expect((await pages({ text: 'y' })).flat().map(({ id }) => id)).toEqual([`${stream}-0`])
    // Found by the rows of somebody who has none.
    expect(await search('word y', { filter: { user: randomUUID() } })).toEqual({ rows: [], next: null })
  })

  test('reads the index of words by word and time, and rows by their place', async () => {
    await take(await seal([query('needle')], { stream: randomUUID() }))
    const plan = await run(async (transaction) => {
      await sql`set local enable_seqscan = off`.execute(transaction)
      const explained = async (statement: string) => {
        const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${sql.raw(statement)}`.execute(transaction)
        return rows.map((row) => row['QUERY PLAN']).join('\n')
      }
      const from = new Date(now - DAY).toISOString()
      return {
        words: await explained(`select unnest(ats) from activity_words where word = 1`),
        places:
          await explained(`select * from activity where at = any(array['${from}']::timestamptz[]) and (at, stream, number) in
          (select * from unnest(array['${from}']::timestamptz[], array['${randomUUID()}']::uuid[], array[1]::bigint[]))`),
        failed: await explained(`select * from activity where failed order by at desc limit 10`),
        failedOf: await explained(`select * from activity where failed and user_id = '${lease.user}' order by at desc limit 10`),
        both: await explained(
          `select at from activity where user_id = '${lease.user}' and resource_id = '${lease.user}' order by at desc limit 10`,
        ),
        kind: await explained(`select at from activity where kind = 'transfer' order by at desc limit 10`),
        received: await explained(`select * from activity where received_at > '${from}' order by received_at limit 10`),
      }
    })
    // With the policy of rows in force: what is no part of the index condition would read everything of the organization.
    expect(plan.words).toMatch(/Index Cond: .*word = /)
    expect(plan.places).toMatch(/Index Cond: .*at = ANY/)
    expect(plan.failed).toMatch(/Index/)
    expect(plan.failedOf).toMatch(/Index Cond: .*user_id = /)
    expect(plan.both).toMatch(/Index Cond: .*user_id = .*resource_id = /)
    expect(plan.kind).toMatch(/Index Cond: .*kind = /)
    expect(plan.received).toMatch(/Index Cond: .*received_at >/)
  })

  test('tells what failed from what succeeded', async () => {
    const failed: Activity = { ...query('b'), error: { code: '42P01', message: 'no' } }
    const cancel: Activity = { kind: 'cancel', at: new Date(now).toISOString(), matched: true }
    await take(await seal([query('a'), failed, cancel], { stream: randomUUID() }))
    expect(textsOf(await list({ outcome: 'failed' }))).toEqual(['b'])
    expect(textsOf(await list({ outcome: 'succeeded' }))).toEqual(['a'])
  })

  test('one row is found by its id, and nothing by what is none', async () => {
    const stream = randomUUID()
    await take(await seal([query('a'), query('b')], { stream }))
    expect(textsOf(await list({ id: `${stream}-1` }))).toEqual(['b'])
    for (const id of ['', 'x', `${stream}-7`, `${stream}-1'`, stream]) expect(await list({ id })).toEqual([])
  })

  test('what the gateway signed is made again, whatever the order of its fields, until something of it is gone', async () => {
    const stream = randomUUID()
    const { kind, ...rest } = query('b')
    const sealed = await seal([query('a'), { ...rest, kind }, query('c')], { stream })
    await take(sealed)
    const other = await seal([query('d')], { stream, first: 3, previous: sealed.digest })
    await take(other)
    const linesFor = async (record: string) => {
      const batch = await run((transaction) => findSentBatch(transaction, record))
      return batch === null ? 'no batch' : linesOfBatch(batch, { organization: organization.id, keys })
    }
    expect(await linesFor(`${stream}-1`)).toBe(sealed.lines)
    expect(await linesFor(`${stream}-3`)).toBe(other.lines)
    expect(await linesFor(`${stream}-4`)).toBe('no batch')
    await run((transaction) => transaction.deleteFrom('activity').where('number', '=', '2').execute())
    expect(await linesFor(`${stream}-1`)).toBeNull()
  })

  test('a tail gives what came in since, also what was done long before', async () => {
    const since = { received: new Date(now - 1).toISOString() }
    await take(await seal([query('early')], { stream: randomUUID() }), now - 2)
    await take(await seal([query('late', now - 20 * HOUR), query('now')], { stream: randomUUID() }))
    const received = await run((transaction) => findReceived(transaction, { filter: {}, since, limit: 10 }))
    expect(textsOf(await openActivity(received.rows, { organization: organization.id, keys }))).toEqual(['late', 'now'])
    expect(received.tail).toBeNull()
    const [first, second] = received.rows
    const one = await run((transaction) => findReceived(transaction, { filter: {}, since, limit: 1 }))
    expect(one.rows.map(({ id }) => id)).toEqual([first!.id])
    const rest = await run((transaction) => findReceived(transaction, { filter: {}, since: one.tail!, limit: 10 }))
    expect(rest.rows.map(({ id }) => id)).toEqual([second!.id])
  })

  test('a tail of what is rare looks through a bounded number of rows in one call, and goes on from there', async () => {
    const stream = randomUUID()
    const cancel: Activity = { kind: 'cancel', at: new Date(now).toISOString(), matched: true }
    const common = Array.from({ length: 9 }, (_, index) => query(`${index}`))
    await take(await seal([...common, cancel, query('a'), cancel], { stream }))
    const pageAfter = (since: ActivityTail) =>
      run((transaction) => findReceived(transaction, { filter: { kind: 'cancel' }, since, limit: 10, steps: 4 }))
    const numbers: number[][] = []
    for (let since: ActivityTail | null = { received: new Date(now - 1).toISOString() }; since !== null;) {
      const page: Awaited<ReturnType<typeof pageAfter>> = await pageAfter(since)
      numbers.push(page.rows.map(({ position }) => position.number))
      since = page.tail
    }
    expect(numbers).toEqual([[], [], [9, 11], []])
    const filter = { before: new Date(now - 1).toISOString() }
    const none = await run((transaction) =>
      findReceived(transaction, { filter, since: { received: new Date(0).toISOString() }, limit: 10, steps: 100 }),
    )
    expect(none).toEqual({ rows: [], tail: null })
  })
})

describe('shortening', () => {
  test('cuts long texts and says so, and leaves short ones alone', async () => {
    const long = {
      ...query('x'.repeat(50_000)),
      binds: Array.from({ length: 100 }, () => ({ form: 'text', value: { text: 'y'.repeat(500) } }) as const),
    }
    await take(await seal([long, query('short')], { stream: randomUUID() }))
    const [short, cut] = (await list()).map(shorten)
    expect(short).toMatchObject({ shortened: false, activity: query('short') })
    expect(cut!.shortened).toBe(true)
    expect(JSON.stringify(cut).length).toBeLessThan(10_000)
  })
})

describe('refused, with nothing stored, is a batch', () => {
  const stored = async () => (await list()).length

  test('signed by another key', async () => {
    expect(await refusal(take(await seal([query('x')], { stream: randomUUID(), signer: makeSigner() })))).toBe(
      'signature_invalid',
    )
    expect(await stored()).toBe(0)
  })

  test('of another gateway or organization', async () => {
    const stream = randomUUID()
    expect(await refusal(take(await seal([query('x')], { stream, gateway: randomUUID() })))).toBe('identity_mismatch')
    expect(await refusal(take(await seal([query('x')], { stream, organization: randomUUID() })))).toBe('identity_mismatch')
  })

  test('whose lines were changed, cut or extended', async () => {
    const sealed = await seal([query('drop table'), query('b')], { stream: randomUUID() })
    const changed = [
      sealed.lines.replace('drop', 'keep'),
      sealed.lines.slice(0, sealed.lines.indexOf('\n') + 1),
      `${sealed.lines}\n`,
      sealed.lines.slice(0, -1),
    ]
    for (const lines of changed) expect(await refusal(take({ ...sealed, lines }))).toBe('signature_invalid')
    expect(await stored()).toBe(0)
  })

  test('with records that are no activity, or misnumbered', async () => {
    const stream = randomUUID()
    const sealed = await seal([{ ...query('x'), secret: 1 } as unknown as Activity], { stream })
    expect(await refusal(take(sealed))).toBe('invalid_request')
    const line = JSON.stringify({
      number: 5,
      lease: lease.lease,
      session: lease.session,
      credential: lease.credential,
      connection: randomUUID(),
      activity: query('x'),
    })
    const lines = `${line}\n`
    const digest = createHash('sha256').update(lines).digest('base64url')
    const payload = { version: 1, organization: organization.id, gateway: gateway.id, stream, first: 0, count: 1 } as const
    const batch = await signStatement(activityBatch, { ...payload, digest, previous: START, sealedAt: now }, [gateway.signer])
    expect(await refusal(take({ batch, lines, digest }))).toBe('invalid_request')
  })

  test('that skips records, or does not begin its stream', async () => {
    const stream = randomUUID()
    expect(await refusal(take(await seal([query('x')], { stream, first: 3 })))).toBe('conflict')
    const first = await seal([query('a')], { stream })
    await take(first)
    expect(await refusal(take(await seal([query('c')], { stream, first: 2, previous: first.digest })))).toBe('conflict')
    expect(await stored()).toBe(1)
  })

  test('that replaces or reorders what was stored', async () => {
    const stream = randomUUID()
    const first = await seal([query('a')], { stream })
    await take(first)
    expect(await refusal(take(await seal([query('A')], { stream })))).toBe('conflict')
    expect(await refusal(take(await seal([query('b')], { stream, first: 1, previous: START })))).toBe('conflict')
    expect((await list()).map((row) => row.activity)).toEqual([query('a')])
  })

  test('whose lease is unknown, of another gateway, session or credential', async () => {
    const other = await makeGateway(database.pools.api, organization.id)
    const foreign = await leaseOf(other)
    const wrong = [
      foreign,
      { ...lease, lease: randomUUID() },
      { ...lease, session: randomUUID() },
      { ...lease, credential: randomUUID() },
    ]
    for (const parties of wrong) {
      expect(await refusal(take(await seal([query('x')], { stream: randomUUID(), parties })))).toBe('conflict')
    }
    expect(await stored()).toBe(0)
  })

  test('in the stream of another gateway', async () => {
    const stream = randomUUID()
    await take(await seal([query('a')], { stream }))
    gateway = await makeGateway(database.pools.api, organization.id)
    lease = await leaseOf(gateway)
    expect(await refusal(take(await seal([query('b')], { stream })))).toBe('conflict')
  })

  test('and an alert says so, once however often it is tried', async () => {
    const sealed = await seal([query('x')], { stream: randomUUID(), parties: { ...lease, session: randomUUID() } })
    for (let attempt = 0; attempt < 3; attempt++) await refusal(take(sealed))
    const alerts = await run((transaction) => transaction.selectFrom('alerts').select('kind').execute())
    expect(alerts).toHaveLength(1)
    expect(alerts[0]).toMatchObject({ kind: 'activity-gap' })
    expect((await audited()).map(({ type }) => type)).toEqual(['alert.raised'])
  })
})

test('a gateway that begins a new stream has lost its spool: it is taken, with an alert', async () => {
  await take(await seal([query('a')], { stream: randomUUID() }))
  await take(await seal([query('b')], { stream: randomUUID() }))
  expect(await list()).toHaveLength(2)
  expect((await audited()).map(({ type }) => type)).toEqual(['activity.batch', 'activity.batch', 'alert.raised'])
})

describe('at rest', () => {
  test('no statement is in clear, and each body fits its own row only', async () => {
    const stream = randomUUID()
    await take(await seal([query('select canary_of_activity'), query('select 2')], { stream }))
    const rows = await run((transaction) => findActivity(transaction, { filter: {}, below: null, limit: 2 }))
    for (const row of rows) expect(Buffer.from(row.body).includes('canary_of_activity')).toBe(false)
    const [first, second] = rows
    const swapped = openActivity([{ ...first!, body: second!.body }], { organization: organization.id, keys })
    expect(await refusal(swapped)).toBe('secret_unavailable')
    const flipped = Buffer.from(first!.body)
    flipped[20]! ^= 1
    expect(await refusal(openActivity([{ ...first!, body: flipped }], { organization: organization.id, keys }))).toBe(
      'secret_unavailable',
    )
  })

  test('the API role reads no wrapped key, and reaches no partition but through its policy', async () => {
    await take(await seal([query('x')], { stream: randomUUID() }))
    await expect(run((transaction) => transaction.selectFrom('activity_keys').select('wrapped').execute())).rejects.toThrow(
      /denied/,
    )
    await expect(run((transaction) => sql`select * from activity_202611`.execute(transaction))).rejects.toThrow(/denied/)
    const other = await makeOrganization(database.pools.api)
    const seen = await withOrganization(database.pools.api, other.id, (transaction) =>
      findActivity(transaction, { filter: {}, below: null, limit: 10 }),
    )
    expect(seen).toEqual([])
  })

  test('two who need the first key at the same time get the same one', async () => {
    const ask = vaultActivityKeys({
      pool: database.pools.vault,
      kms: testKms(),
    })
    const answers = await Promise.all(
      [1, 2, 3].map(() => ask({ organization: organization.id, period: '2020-01', create: true })),
    )
    const shown = answers.map(({ found }) => `${found!.id} ${toBase64url(found!.key)}`)
    expect(new Set(shown).size).toBe(1)
    expect(fromBase64url(shown[0]!.split(' ')[1]!)).toHaveLength(32)
    expect(await ask({ organization: organization.id, period: '2020-02', create: false })).toEqual({ found: null })
  })
})

describe('time', () => {
  test('a gateway with a wrong clock makes no partitions of its own choosing', async () => {
    const stream = randomUUID()
    await take(await seal([query('old', now - 3650 * DAY), query('new', now + 3650 * DAY)], { stream }))
    const rows = await list()
    expect(rows.map(({ at }) => at)).toEqual([new Date(now + 60_000).toISOString(), new Date(now - 31 * DAY).toISOString()])
    expect(rows.map((row) => (row.activity as Activity).at)).toEqual(
      [now + 3650 * DAY, now - 3650 * DAY].map((at) => new Date(at).toISOString()),
    )
  })

  test('what is past retention goes: rows in bounded steps, then keys and whole months', async () => {
    const past = now - 700 * DAY
    const stream = randomUUID()
    await take(await seal([query('a', past), query('b', past), query('c', past)], { stream }), past)
    const remove = () => run((transaction) => deleteOldActivity(transaction, { before: now - 90 * DAY, limit: 2 }))
    const left = async (): Promise<number> => (await list()).length
    expect([await remove(), await left()]).toEqual([true, 1])
    expect([await remove(), await left()]).toEqual([false, 0])
    expect(await run((transaction) => transaction.selectFrom('activity_words').select('word').execute())).toEqual([])
    expect(await run((transaction) => destroyOldKeys(transaction, now - 90 * DAY))).toBe(1)
    expect(await run((transaction) => dropOldPartitions(transaction, now))).toBe(1)
    expect(await run((transaction) => dropOldPartitions(transaction, now))).toBe(0)
    // The month before now is within retention and stays.
    await take(await seal([query('d')], { stream: randomUUID() }))
    expect(await list()).toHaveLength(1)
  })

  describe('a kind that is kept for a shorter time', () => {
    const day = now - 10 * DAY
    const opened = (program: string, at: number): Activity => ({
      kind: 'connection.opened',
      at: new Date(at).toISOString(),
      caller: { program, user: 'ada', pid: 1 },
      upstreamId: null,
      database: null,
      application: null,
    })
    const remove = (limit = 100) =>
      run((transaction) => deleteOldKind(transaction, { kind: 'query', before: now - 5 * DAY, limit }))
    /** Where a word occurs, as whoever has the key of its month finds it; whatever rows there are. */
    const places = async (word: string, at: number): Promise<{ kind: string; numbers: number[] }[]> => {
      const key = (await keys.forReading(organization.id, periodOf(new Date(at))))!.key
      const [number] = wordNumbers(key, [word])
      const rows = await run((transaction) =>
        transaction
          .selectFrom('activity_words')
          .select(['kind', 'numbers', 'latest'])
          .where('word', '=', number!)
          .where('latest', '>=', new Date(at - HOUR))
          .where('latest', '<=', new Date(at + HOUR))
          .orderBy('kind')
          .execute(),
      )
      return rows.map((row) => ({ kind: row.kind, numbers: row.numbers.map(Number) }))
    }
    const mixed = () => [
      query('shared canary', day),
      opened('shared', day),
      query('canary shared', day),
      query('shared canary', now),
    ]

    test('goes alone, in bounded steps, with the words of it, and only what is older', async () => {
      await take(await seal(mixed(), { stream: randomUUID() }))
      expect(await places('shared', day)).toEqual([
        { kind: 'connection.opened', numbers: [1] },
        { kind: 'query', numbers: [0, 2] },
      ])
      expect([await remove(1), await remove(1), await remove(1)]).toEqual([true, true, false])
      const rows = (await list()).map(({ kind, at }) => [kind, at])
      expect(rows).toEqual([
        ['query', new Date(now).toISOString()],
        ['connection.opened', new Date(day).toISOString()],
      ])
      expect(await places('canary', day)).toEqual([])
      expect(await places('shared', day)).toEqual([{ kind: 'connection.opened', numbers: [1] }])
      expect(await places('canary', now)).toEqual([{ kind: 'query', numbers: [3] }])
    })

    test('goes by whole hours, so that no words of it stay behind their record', async () => {
      const hour = Math.floor((now - 5 * DAY) / HOUR) * HOUR
      const [before, within] = [hour - 1, hour + 1]
      await take(await seal([query('canary', before), query('canary', within)], { stream: randomUUID() }))
      await run((transaction) => deleteOldKind(transaction, { kind: 'query', before: within + 2, limit: 10 }))
      expect((await list()).map(({ at }) => at)).toEqual([new Date(within).toISOString()])
      expect(await places('canary', hour)).toEqual([{ kind: 'query', numbers: [1] }])
    })

    test('takes along words from before kinds were told apart, and those of records that went without them', async () => {
      await take(await seal(mixed(), { stream: randomUUID() }))
      await run((transaction) =>
        sql`
          with gone as (delete from activity_words returning *)
          insert into activity_words (word, latest, stream, first, numbers, ats)
          select word, max(at), stream, first, array_agg(number), array_agg(at) from gone, unnest(numbers, ats) as place (number, at)
          group by word, stream, first, date_trunc('hour', at)`.execute(transaction),
      )
      expect(await places('shared', day)).toMatchObject([{ kind: '' }])
      await run((transaction) => transaction.deleteFrom('activity').where('number', '=', 0).execute())
      const divide = (limit: number) => run((transaction) => divideWords(transaction, limit))
      while (await divide(2));
      expect(await places('canary', day)).toEqual([{ kind: 'query', numbers: [2] }])
      await remove()
      expect(await places('canary', day)).toEqual([])
      expect(await places('shared', day)).toEqual([{ kind: 'connection.opened', numbers: [1] }])
      expect(await places('canary', now)).toEqual([{ kind: 'query', numbers: [3] }])
    })

    test('goes with its recordings; one of several kinds, as gateways made them before, is kept for as long as all of it', async () => {
      const [ofQuery, ofOpened, ofBoth] = [randomBytes(50), randomBytes(50), randomBytes(50)]
      const digestOf = (file: Buffer): string => createHash('sha256').update(file).digest('base64url')
      const stub = (file: Buffer, of: 'query' | 'connection.opened'): StoredActivity => ({
        kind: 'sealed',
        at: new Date(day).toISOString(),
        of,
        failed: null,
        recording: digestOf(file),
        kept: 'api',
        person: lease.user,
      })
      const stubs = [stub(ofQuery, 'query'), stub(ofOpened, 'connection.opened')]
      const sealed = await seal([...stubs, stub(ofBoth, 'query'), stub(ofBoth, 'connection.opened')], { stream: randomUUID() })
      const recordings = [ofQuery, ofOpened, ofBoth].map((file) => ({
        digest: digestOf(file),
        body: file.toString('base64url'),
      }))
      await take({ ...sealed, recordings })
      await remove()
      const found = await run((transaction) => findRecordings(transaction, { below: null, limit: 10 }))
      expect(found.map(({ digest }) => digest).toSorted()).toEqual([ofOpened, ofBoth].map(digestOf).toSorted())
      await run((transaction) => deleteOldActivity(transaction, { before: now - 5 * DAY, limit: 10 }))
      expect(await run((transaction) => findRecordings(transaction, { below: null, limit: 10 }))).toEqual([])
    })
  })
})
