import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { BlockList } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leafHash, openCheckpoint, parseNoteKey, TreeEdge } from '@sallyport/audit-log'
import { fromBase64url, fromUtf8, receipt, toBase64url, utf8, verifyStatement } from '@sallyport/protocol'
import { type AuditActor, type AuditEntry, auditLeafHash } from '@sallyport/protocol/api'
import { waitFor } from '@sallyport/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import type { UnlockRecord } from '../../links/index.ts'
import { makeKeyFile } from '../../keys/key-file.ts'
import { loadRootKey } from '../../keys/root-key.ts'
import { listenTo } from '../../testing/listen-to.ts'
import { makeOrganization } from '../../testing/make-organization.ts'
import { openedOutbox } from '../../testing/outbox.ts'
import { quietLogger } from '../../testing/quiet-logger.ts'
import { type LogRole, startLog } from '../log.ts'
import { appendEntries } from './number.ts'
import { numberOutbox } from './outbox.ts'
import type { OutboxKey } from './outbox-key.ts'
import { type PersonalData, personalDataUnder } from './personal-data.ts'
import type { KilledLogOptions } from './testing/killed-before-signing.ts'

const actor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }
let database: TestDatabase
let folder: string
let organization: string
let personal: PersonalData
let outboxKey: OutboxKey
const unheard = { listen: () => () => undefined }

beforeAll(async () => {
  database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'sallyport-log-'))
  personal = personalDataUnder(await loadRootKey({ kind: 'file', path: join(folder, 'log.key') }))
  outboxKey = (await openedOutbox(database, { kind: 'file', path: join(folder, 'log.key') })).key
})
afterAll(async () => {
  await database.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await outboxKey.publish(database.pools.log, 'always')
  organization = (await makeOrganization(database.pools.api)).id
})

const start = (pool = database.pools.log, notifications: Parameters<typeof startLog>[0]['notifications'] = unheard) =>
  startLog({
    pool,
    clock: Date.now,
    logger: quietLogger(),
    rootKey: { kind: 'file', path: join(folder, 'log.key') },
    notifications,
    witnessNetworks: new BlockList(),
  })

const using = async <Result>(role: Promise<LogRole>, work: (log: LogRole) => Promise<Result>): Promise<Result> => {
  const log = await role
  try {
    return await work(log)
  } finally {
    await log.close()
  }
}

const unlockOf = (change: Partial<UnlockRecord> = {}): UnlockRecord => ({
  id: randomUUID(),
  organization,
  at: Date.UTC(2026, 5, 1),
  actor: { kind: 'user', id: randomUUID(), device: randomUUID(), session: randomUUID(), address: '192.0.2.7' },
  lease: randomUUID(),
  gateway: randomUUID(),
  session: randomUUID(),
  device: randomUUID(),
  user: randomUUID(),
  resource: randomUUID(),
  credential: randomUUID(),
  secret: randomUUID(),
  secretVersion: 3,
  endpointDigest: 'A'.repeat(43),
  ticketDigest: 'B'.repeat(43),
  expiresAt: Date.UTC(2026, 5, 1, 1),
  ...change,
})

const record = (count: number, of = organization) =>
  withOrganization(database.pools.api, of, async (transaction) => {
    for (let each = 0; each < count; each++) {
      await recordAudit(transaction, {
        type: 'site.created',
        actor,
        subject: null,
        details: { before: null, after: { name: `${each}` } },
      })
    }
  })

const stored = (of = organization) =>
  withOrganization(database.pools.log, of, async (transaction) => {
    const rows = await transaction.selectFrom('audit_entries').selectAll().orderBy('index').execute()
    const head = await transaction.selectFrom('audit_logs').select('size').executeTakeFirst()
    const waiting = await transaction.selectFrom('audit_outbox').select('id').execute()
    return { rows, size: Number(head?.size ?? 0), waiting: waiting.length }
  })

/** A log that runs beside the test may be numbering just now, and what came meanwhile waits for its next turn. */
const allNumbered = () =>
  waitFor(
    async () => {
      await numberOutbox({ pool: database.pools.log, personal, outboxKey }, organization)
      return (await stored()).waiting === 0
    },
    { description: 'every entry to have its number' },
  )

/** What is wrong with the numbers: each once, from 0, as many as the head says. Null when nothing is. */
const flaw = async (count: number, of = organization): Promise<string | null> => {
  const { rows, size } = await stored(of)
  const indices = rows.map((row) => Number(row.index))
  if (size !== count || rows.length !== count) return `head ${size}, ${rows.length} rows instead of ${count}`
  if (indices.some((index, place) => index !== place)) return `numbers ${indices.join()}`
  return new Set(rows.map((row) => row.id)).size === count ? null : 'an entry has two numbers'
}

describe('a log whose root key is lost', () => {
  const startUnder = (name: string) =>
    startLog({
      pool: database.pools.log,
      clock: Date.now,
      logger: quietLogger(),
      rootKey: { kind: 'file', path: join(folder, name) },
      notifications: unheard,
      witnessNetworks: new BlockList(),
    })

  it('does not start, and makes no other one', async () => {
    await expect(startUnder('gone.key')).rejects.toMatchObject({ code: 'kms_key_missing' })
    expect(await readdir(folder)).not.toContain('gone.key')
  })

  it('goes on under new keys: what was personal before is gone, and all is proven as before', async () => {
    for (const name of ['first.key', 'second.key']) await makeKeyFile(join(folder, name))
    await using(startUnder('first.key'), async ({ link }) => {
      await link.appendUnlock(unlockOf())
      const isSigned = async () => (await link.logState({ organization })).checkpoint !== null
      await waitFor(isSigned, { description: 'a head under the first key', timeoutMs: 30_000 })
    })
    await using(startUnder('second.key'), async ({ link }) => {
      await expect(link.appendUnlock(unlockOf())).rejects.toMatchObject({ code: 'log_unavailable' })
      await expect(link.health({})).rejects.toMatchObject({
        code: 'kms_key_missing',
        message: expect.stringContaining(join(folder, 'second.key')) as string,
      })
      const before = await link.logState({ organization })
      const after = await link.startLogKey({
        organization,
        actor: { ...actor, kind: 'user', id: randomUUID(), address: '192.0.2.8' },
      })
      expect(after.keys.slice(1)).toEqual(before.keys)
      await expect(link.health({})).resolves.toEqual({})
      const unlock = unlockOf()
      const { receipt: text } = await link.appendUnlock(unlock)
      const { keys } = await link.receiptKeys({ organization })
      await expect(verifyStatement(receipt, text, [fromBase64url(keys[0]!.publicKey)])).resolves.toMatchObject({ index: 2 })
      const { rows } = await link.listEntries({ organization, limit: 10, below: null })
      expect(rows.map(({ entry }) => (entry as { type: string }).type)).toEqual([
        'unlock.granted',
        'log.key-changed',
        'unlock.granted',
      ])
      expect(rows.map(({ entry }) => (entry as { actor: AuditActor }).actor.address)).toEqual(['192.0.2.7', '192.0.2.8', null])
      const signed = await waitFor(
        async () => {
          const { checkpoint, size } = await link.logState({ organization })
          return checkpoint?.size === size && checkpoint
        },
        { description: 'a head under the new key' },
      )
      expect(openCheckpoint(signed.note, [parseNoteKey(after.keys[0]!)]).size).toBe(3)
    })
  })
})

describe('entries on their way', () => {
  it('lie there sealed, each for its own place', async () => {
    await record(2)
    const rows = await withOrganization(database.pools.log, organization, (transaction) =>
      transaction.selectFrom('audit_outbox').select(['id', 'type', 'body']).orderBy('position').execute(),
    )
    expect(rows.map(({ body }) => body)).toEqual([expect.stringMatching(/^sealed\./), expect.stringMatching(/^sealed\./)])
    const [first, second] = rows
    const open = (change: object) => outboxKey.open({ organization, id: first!.id, type: first!.type, ...change }, first!.body)
    expect(JSON.parse((await open({}))!)).toMatchObject({ details: { after: { name: '0' } } })
    for (const change of [{ id: second!.id }, { type: 'site.deleted' }, { organization: randomUUID() }]) {
      await expect(open(change)).rejects.toThrow('unable to authenticate data')
    }
    await numberOutbox({ pool: database.pools.log, personal, outboxKey }, organization)
  })

  it('are numbered by what is left of them when their key is lost, and not by a log with a key that nobody chose', async () => {
    const pool = database.pools.log
    await record(1)
    const { key: other } = await openedOutbox(database, { kind: 'file', path: join(folder, 'other.key') })
    const number = () => numberOutbox({ pool, personal, outboxKey: other }, organization)
    await expect(number()).rejects.toMatchObject({ code: 'log_unavailable' })
    await other.publish(pool, 'always')
    expect(await number()).toBe(1)
    const { rows } = await stored()
    expect(JSON.parse(fromUtf8(rows[0]!.entry))).toMatchObject({
      type: 'site.created',
      actor: { kind: 'anonymous' },
      details: { lost: expect.any(String) },
    })
    await outboxKey.publish(pool, 'always')
    await record(1)
    expect(await numberOutbox({ pool, personal, outboxKey }, organization)).toBe(1)
  })
})

describe('the receipt of an unlock', () => {
  it('names the number and leaf of an entry that is committed', () =>
    using(start(), async ({ link }) => {
      await record(2)
      await allNumbered()
      const unlock = unlockOf()
      const { keys } = await link.receiptKeys({ organization })
      const answer = await link.appendUnlock(unlock)
      const payload = await verifyStatement(receipt, answer.receipt, [fromBase64url(keys[0]!.publicKey)])
      const { rows } = await stored()
      const row = rows[payload.index]!
      expect(payload).toMatchObject({ organization, index: 2, lease: unlock.lease, secretVersion: 3 })
      expect(payload.leaf).toBe(toBase64url(await auditLeafHash(row.entry)))
      expect(payload.leaf).toBe(toBase64url(row.leaf))
      expect(JSON.parse(fromUtf8(row.entry))).toMatchObject({ id: unlock.id, type: 'unlock.granted', organization })
    }))

  it('is for the same number when it is asked for again, and for another entry under the same id there is none', () =>
    using(start(), async ({ link }) => {
      const unlock = unlockOf()
      const [first, second] = [await link.appendUnlock(unlock), await link.appendUnlock(unlock)]
      const { keys } = await link.receiptKeys({ organization })
      const key = fromBase64url(keys[0]!.publicKey)
      expect((await verifyStatement(receipt, first.receipt, [key])).index).toBe(0)
      expect((await verifyStatement(receipt, second.receipt, [key])).index).toBe(0)
      await expect(link.appendUnlock({ ...unlock, lease: randomUUID() })).rejects.toMatchObject({ code: 'conflict' })
      expect(await flaw(1)).toBeNull()
    }))

  it('does not verify under the key of another organization', () =>
    using(start(), async ({ link }) => {
      const foreign = (await makeOrganization(database.pools.api)).id
      const { keys } = await link.receiptKeys({ organization: foreign })
      const answer = await link.appendUnlock(unlockOf())
      await expect(verifyStatement(receipt, answer.receipt, [fromBase64url(keys[0]!.publicKey)])).rejects.toMatchObject({
        code: 'receipt_invalid',
      })
    }))

  it('is signed by one key, whichever replica signs, also after a restart', async () => {
    const keysOf = () => using(start(), async ({ link }) => (await link.receiptKeys({ organization })).keys)
    const both = await Promise.all([keysOf(), keysOf()])
    expect(both[0]).toEqual(both[1])
    expect(await keysOf()).toEqual(both[0])
  })
})

describe('numbers', () => {
  it('have no gap and no duplicate when replicas race, with unlocks and outboxes at the same time', async () => {
    const pools = [database.openPool('log'), database.openPool('log')] as const
    const [first, second] = [await start(pools[0]), await start(pools[1])]
    try {
      await Promise.all([
        record(40),
        record(40),
        ...Array.from({ length: 30 }, (_, each) => (each % 2 === 0 ? first : second).link.appendUnlock(unlockOf())),
        ...pools.map((pool) => numberOutbox({ pool, personal, outboxKey }, organization)),
      ])
      while ((await stored()).waiting > 0)
        await Promise.all(pools.map((pool) => numberOutbox({ pool, personal, outboxKey }, organization)))
      expect(await flaw(110)).toBeNull()
    } finally {
      await first.close()
      await second.close()
    }
  })

  it('are each organization’s own', async () => {
    const other = (await makeOrganization(database.pools.api)).id
    await record(3)
    await record(2, other)
    const { log } = database.pools
    expect([
      await numberOutbox({ pool: log, personal, outboxKey }, organization),
      await numberOutbox({ pool: log, personal, outboxKey }, other),
    ]).toEqual([3, 2])
    expect(await flaw(3)).toBeNull()
    expect(await flaw(2, other)).toBeNull()
  })

  it('are given to committed entries only, and follow the order in which they were recorded', async () => {
    await record(2)
    const refused = withOrganization(database.pools.api, organization, async (transaction) => {
      await recordAudit(transaction, { type: 'data-keys.rotated', actor, subject: null })
      throw new Error('rolled back')
    })
    await expect(refused).rejects.toThrow('rolled back')
    await record(1)
    await numberOutbox({ pool: database.pools.log, personal, outboxKey }, organization)
    const { rows } = await stored()
    expect(rows.map((row) => row.type)).toEqual(['site.created', 'site.created', 'site.created'])
    const nameOf = ({ entry }: { readonly entry: Uint8Array }) =>
      (JSON.parse(fromUtf8(entry)) as { details: { after: { name: string } } }).details.after.name
    expect(rows.map(nameOf)).toEqual(['0', '1', '0'])
  })

  it('are not advanced by a numbering that lost its place: the compare-and-set refuses', async () => {
    await record(1)
    const stale = withOrganization(database.pools.log, organization, async (transaction) => {
      const { rows } = await sql<{ id: string }>`select id from audit_outbox`.execute(transaction)
      const entry = {
        version: 1 as const,
        id: rows[0]!.id,
        organization,
        type: 'site.created' as const,
        at: 1,
        actor,
        subject: null,
      }
      const edge = TreeEdge.empty()
      edge.append(leafHash(utf8('an entry that the log does not have')))
      return appendEntries(transaction, { organization, edge }, [{ ...entry, details: {} }])
    })
    await expect(stale).rejects.toThrow('moved on')
    expect((await stored()).rows).toEqual([])
    await numberOutbox({ pool: database.pools.log, personal, outboxKey }, organization)
    expect(await flaw(1)).toBeNull()
  })

  it('survive a kill between commit and signature: asking again gives the receipt of the same entry', async () => {
    const unlock = unlockOf()
    const options: KilledLogOptions = { login: database.login('log'), key: join(folder, 'log.key') }
    const child = fork(join(import.meta.dirname, 'testing', 'killed-before-signing.ts'), {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        KILLED_LOG: JSON.stringify(options),
      },
      execArgv: [],
    })
    child.send(unlock)
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' })
    expect(await flaw(1)).toBeNull()
    await using(start(), async ({ link }) => {
      const { keys } = await link.receiptKeys({ organization })
      const again = await link.appendUnlock(unlock)
      expect((await verifyStatement(receipt, again.receipt, [fromBase64url(keys[0]!.publicKey)])).index).toBe(0)
    })
    expect(await flaw(1)).toBeNull()
  })
})

describe('personal data', () => {
  const recordUser = async (user: string, email: string): Promise<void> => {
    const subject = { kind: 'user', id: user }
    await withOrganization(database.pools.api, organization, (transaction) =>
      recordAudit(transaction, {
        type: 'user.created',
        actor,
        subject,
        details: { email, firstName: 'A', lastName: 'B', roles: [] },
      }),
    )
    await allNumbered()
  }
  const query = () => ({ organization, limit: 10, below: null })

  it('is sealed in what is hashed and in clear for who reads the log, until its person is erased; no leaf changes', () =>
    using(start(), async ({ link }) => {
      const [ada, bob] = [randomUUID(), randomUUID()]
      await recordUser(ada, 'ada@example.org')
      await recordUser(bob, 'bob@example.org')
      const before = await stored()
      for (const { entry } of before.rows) expect(fromUtf8(entry)).not.toContain('@example.org')
      expect((await link.listEntries(query())).rows.map(({ entry }) => entry)).toMatchObject([
        { subject: { id: bob }, details: { email: 'bob@example.org' } },
        { subject: { id: ada }, details: { email: 'ada@example.org' } },
      ])
      await link.erasePerson({ organization, person: ada })
      const [second, first] = (await link.listEntries(query())).rows
      expect(second).toMatchObject({ entry: { details: { email: 'bob@example.org' } } })
      expect(first).toMatchObject({ entry: { subject: { id: ada }, details: { roles: [] } }, erased: [ada] })
      expect(JSON.stringify(first)).not.toContain('@example.org')
      expect((await stored()).rows).toEqual(before.rows)
      // What comes later about somebody who was erased is not kept either.
      await recordUser(ada, 'ada-again@example.org')
      const [last] = (await link.listEntries(query())).rows
      expect(last).toMatchObject({ erased: [ada] })
      expect(JSON.stringify(last)).not.toContain('@example.org')
    }))

  it('of people who are not known goes by months', () =>
    using(start(), async ({ link }) => {
      const unlock = unlockOf({ actor: { kind: 'anonymous', id: null, device: null, session: null, address: '192.0.2.7' } })
      await link.appendUnlock(unlock)
      const address = async () => ((await link.listEntries(query())).rows[0]!.entry as { actor: AuditActor }).actor.address
      await link.eraseUnknownPeople({ organization, before: '2026-06' })
      expect(await address()).toBe('192.0.2.7')
      await link.eraseUnknownPeople({ organization, before: '2026-07' })
      expect(await address()).toBeNull()
    }))

  it('does not open in another entry, nor under the name of another person', () =>
    using(start(), async ({ link }) => {
      const [ada, bob] = [randomUUID(), randomUUID()]
      await recordUser(ada, 'ada@example.org')
      await recordUser(bob, 'bob@example.org')
      const entries = (await stored()).rows.map(({ entry }) => JSON.parse(fromUtf8(entry)) as AuditEntry)
      const moved = { ...entries[0]!, personal: entries[1]!.personal }
      const renamed = { ...entries[0]!, personal: [{ ...entries[0]!.personal![0]!, person: bob }] }
      for (const forged of [moved, renamed]) {
        const show = withOrganization(database.pools.log, organization, (transaction) =>
          personal.show(transaction, organization, { entries: [forged] }),
        )
        await expect(show).rejects.toMatchObject({ code: 'log_unavailable' })
      }
      expect((await link.listEntries(query())).rows).toHaveLength(2)
    }))
})

describe('the log’s rows', () => {
  it('cannot be changed or deleted by any role of the program, not even the log', async () => {
    await record(1)
    await numberOutbox({ pool: database.pools.log, personal, outboxKey }, organization)
    for (const role of ['api', 'vault', 'log'] as const) {
      for (const statement of [sql`update audit_entries set leaf = leaf`, sql`delete from audit_entries`]) {
        const change = withOrganization(database.pools[role], organization, (transaction) => statement.execute(transaction))
        await expect(change, role).rejects.toMatchObject({ code: '42501' })
      }
    }
  })

  it('are read by the log role only, and so are its keys and the outbox', async () => {
    for (const role of ['api', 'vault'] as const) {
      for (const table of ['audit_entries', 'audit_outbox', 'audit_logs', 'receipt_keys']) {
        const read = withOrganization(database.pools[role], organization, (transaction) =>
          sql`select 1 from ${sql.table(table)}`.execute(transaction),
        )
        await expect(read, `${role} ${table}`).rejects.toMatchObject({ code: '42501' })
      }
    }
  })

  it('of another organization are not seen', async () => {
    const other = (await makeOrganization(database.pools.api)).id
    await record(1, other)
    await numberOutbox({ pool: database.pools.log, personal, outboxKey }, other)
    expect((await stored()).rows).toEqual([])
    expect((await stored(other)).rows).toHaveLength(1)
  })
})

describe('the sequencer', () => {
  it('numbers what is recorded when it is told, and what it was not told', async () => {
    await record(3)
    const notifications = listenTo(database, 'log')
    const numbered = async (count: number) => {
      while ((await stored()).size < count) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await using(start(database.pools.log, notifications), async () => {
      await numbered(3)
      await record(2)
      await numbered(5)
    })
    await notifications.close()
    expect(await flaw(5)).toBeNull()
  })
})

describe('the list', () => {
  const page = (link: LogRole['link'], query: Partial<Parameters<LogRole['link']['listEntries']>[0]>) =>
    link.listEntries({ organization, limit: 2, below: null, ...query })

  it('goes from the newest to the oldest, what waits for its number first', async () => {
    await record(3)
    await numberOutbox({ pool: database.pools.log, personal, outboxKey }, organization)
    const idle = await start(database.openPool('log'))
    await idle.close()
    await record(2)
    const seen: (number | null)[] = []
    let below: Parameters<LogRole['link']['listEntries']>[0]['below'] = null
    for (;;) {
      const { rows, next } = await page(idle.link, { below })
      seen.push(...rows.map((row) => row.index))
      if (next === null) break
      below = next
    }
    expect(seen).toEqual([null, null, 2, 1, 0])
  })

  it('filters by type, person and time', () =>
    using(start(), async ({ link }) => {
      await record(2)
      const unlock = unlockOf()
      await link.appendUnlock(unlock)
      const types = async (query: Parameters<typeof page>[1]) =>
        (await page(link, { ...query, limit: 100 })).rows.map((row) => (row.entry as { type: string }).type)
      expect(await types({ type: 'unlock.granted' })).toEqual(['unlock.granted'])
      expect(await types({ user: unlock.actor.id! })).toEqual(['unlock.granted'])
      expect(await types({ user: randomUUID() })).toEqual([])
      expect(await types({ after: new Date(unlock.at).toISOString() })).toEqual(['site.created', 'site.created'])
      expect(await types({ subject: unlock.credential })).toEqual(['unlock.granted'])
      expect(await types({ subject: randomUUID() })).toEqual([])
      expect(await types({ words: [unlock.lease, 'unlock.granted'] })).toEqual(['unlock.granted'])
      expect(await types({ words: [unlock.lease, 'nowhere'] })).toEqual([])
      expect(await types({ before: new Date(unlock.at + 1).toISOString() })).toEqual(['unlock.granted'])
    }))
})

describe('a tail of the list', () => {
  it('gives what was numbered since, oldest first, and where it stands then', () =>
    using(start(), async ({ link }) => {
      const { tail } = await link.listEntries({ organization, limit: 10, below: null })
      expect(tail).toBe(-1)
      const first = unlockOf()
      const second = unlockOf()
      await link.appendUnlock(first)
      await link.appendUnlock(second)
      const read = async (since: number, limit = 10) => {
        const found = await link.listEntries({ organization, limit, below: null, since })
        return { indices: found.rows.map(({ index }) => index), tail: found.tail, next: found.next }
      }
      expect(await read(tail)).toEqual({ indices: [0, 1], tail: 1, next: null })
      expect(await read(tail, 1)).toEqual({ indices: [0], tail: 0, next: null })
      expect(await read(1)).toEqual({ indices: [], tail: 1, next: null })
    }))
})

describe('an entry', () => {
  const named = (name: string) => ({ before: null, after: { name } })

  it('that is too large is refused together with its change', async () => {
    const change = withOrganization(database.pools.api, organization, (transaction) =>
      recordAudit(transaction, { type: 'site.created', actor, subject: null, details: named('x'.repeat(64 * 1024)) }),
    )
    await expect(change).rejects.toMatchObject({ code: 'payload_too_large' })
    expect((await stored()).waiting).toBe(0)
  })

  it('keeps every text, also what the database could not store as such', async () => {
    const text = 'nul \u0000, quote ", 😀, \u2028'
    await withOrganization(database.pools.api, organization, (transaction) =>
      recordAudit(transaction, { type: 'site.created', actor, subject: null, details: named(text) }),
    )
    await numberOutbox({ pool: database.pools.log, personal, outboxKey }, organization)
    const { rows } = await stored()
    expect(JSON.parse(fromUtf8(rows[0]!.entry))).toMatchObject({ details: named(text) })
    expect(Buffer.from(rows[0]!.entry).equals(Buffer.from(utf8(fromUtf8(rows[0]!.entry))))).toBe(true)
  })
})
