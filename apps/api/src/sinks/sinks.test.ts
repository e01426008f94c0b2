import { createHash, randomUUID } from 'node:crypto'
import { appendFile, readdir, readFile, truncate } from 'node:fs/promises'
import { BlockList } from 'node:net'
import { join } from 'node:path'
import { canonicalJson, fromBase64url, seal, utf8 } from '@sallyport/protocol'
import { type SinkDestination, type SinkSecret, type SinkStream, sinkSecretInfo } from '@sallyport/protocol/api'
import type { StoredActivity } from '@sallyport/recording'
import {
  makeAuthority,
  makeTemporaryDirectory,
  smallDisk,
  smallDiskSkipReason,
  type TemporaryDirectory,
  waitFor,
} from '@sallyport/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../db/testing.ts'
import { withOrganization } from '../db/with-organization.ts'
import { type ActivityKeys, activityKeysOf } from '../domains/activity/index.ts'
import { recordAudit } from '../domains/audit/index.ts'
import { changeSink, changeStreams, createSink, findSink, forgetFailures } from '../domains/sinks/index.ts'
import { outward } from '../net/outward.ts'
import { makeGateway } from '../testing/make-gateway.ts'
import { makeLease } from '../testing/make-lease.ts'
import { makeOrganization } from '../testing/make-organization.ts'
import { playRoles } from '../testing/play-roles.ts'
import { quietLogger } from '../testing/quiet-logger.ts'
import { shipActivity } from '../testing/ship-activity.ts'
import { startFakeObjectStore } from '../unlock-log/testing/fake-object-store.ts'
import { deliverToFile } from './file.ts'
import { runSinks, type SinkParts } from './run-sinks.ts'
import type { LogEvent } from './event.ts'
import { type RunningRsyslog, rsyslogMissing, startRsyslog } from './testing/rsyslog.ts'
import { isSignedWith, startHttpReceiver, startSyslogReceiver } from './testing/receivers.ts'

const actor = { kind: 'job', id: null, device: null, session: null, address: null } as const
const noDisk = smallDiskSkipReason()
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')

let database: TestDatabase
let roles: Awaited<ReturnType<typeof playRoles>>
let folder: TemporaryDirectory
let organization: string
let keys: ActivityKeys

beforeAll(async () => {
  database = await testDatabase()
  roles = await playRoles(database)
  folder = await makeTemporaryDirectory()
  keys = activityKeysOf({ ask: roles.vault.activityKey, clock: Date.now })
})
afterAll(async () => {
  await roles.close()
  await database.stop()
  await folder.remove()
})
beforeEach(async () => {
  organization = (await makeOrganization(database.pools.api)).id
})

const inOrganization = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) =>
  withOrganization(database.pools.api, organization, work)

const record = (count: number) =>
  inOrganization(async (transaction) => {
    for (let each = 0; each < count; each++) {
      await recordAudit(transaction, {
        type: 'site.created',
        actor,
        subject: null,
        details: { before: null, after: { name: `${each}` } },
      })
    }
  })
const sizeOf = async (): Promise<number> => (await roles.log.logState({ organization })).size

const sealFor = async (sink: string, destination: SinkDestination, secret: SinkSecret): Promise<Uint8Array> => {
  const [vaultKey] = (await roles.vault.vaultKeys({ organization })).keys
  const info = sinkSecretInfo({ organization, destination })
  const sealed = await seal(utf8(canonicalJson(secret)), fromBase64url(vaultKey!.publicKey), { info })
  return (await roles.vault.sealSinkSecret({ organization, sink, destination, vaultKey: vaultKey!.id, sealed })).secret
}

const addSink = async (
  destination: SinkDestination,
  secret: SinkSecret | null = null,
  stream: SinkStream = 'log',
): Promise<string> => {
  const id = randomUUID()
  const wrapped = secret === null ? null : await sealFor(id, destination, secret)
  await inOrganization((transaction) =>
    createSink(
      transaction,
      { id, name: id, destination, secret: wrapped, streams: [stream], next: 0 },
      { organization, actor, now: Date.now() },
    ),
  )
  return id
}
/** The one stream of a sink. */
const read = async (sink: string) => (await inOrganization((transaction) => findSink(transaction, sink)))!.streams[0]!

const parts = (change: Partial<SinkParts> = {}): SinkParts => ({
  pool: database.pools.api,
  clock: Date.now,
  logger: quietLogger(),
  vault: roles.vault,
  log: roles.log,
  activityKeys: keys,
  folder: folder.path,
  outward: outward(loopback, 'sinks'),
  ...change,
})

/** Sends until `work` is done. */
const sending = async (work: () => Promise<unknown>, change: Partial<SinkParts> = {}): Promise<void> => {
  const stopping = new AbortController()
  const running = runSinks(parts(change), { fence: () => Promise.resolve(), stopped: stopping.signal, interval: 20 })
  try {
    await work()
  } finally {
    stopping.abort()
    await running
  }
}
const sent = (sink: string, count: number) =>
  waitFor(async () => (await read(sink)).next >= count && (await sizeOf()) >= count, {
    description: `${count} entries to be sent`,
  })

/** Numbers and ids of lines. */
const linesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { index: number; entry: { id: string } })
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const indicesOf = (lines: readonly { readonly index: number }[]): number[] => lines.map(({ index }) => index)

describe('a webhook', () => {
  const key = Buffer.alloc(32, 7).toString('base64')

  it('gets every entry, signed, and again under the same id until it takes it', async () => {
    const receiver = await startHttpReceiver()
    receiver.refuse(1)
    const destination = { kind: 'webhook', url: receiver.url, certificates: '' } as const
    const sink = await addSink(destination, { kind: 'signing-key', key })
    await record(3)
    await sending(() => sent(sink, 4))
    expect((await read(sink)).problem).toBeNull()
    const events = receiver.taken.flatMap(
      ({ body }) => (JSON.parse(body) as { data: { events: { index: number }[] } }).data.events,
    )
    expect(indicesOf(events)).toEqual(upTo(events.length))
    expect(receiver.taken.every((received) => isSignedWith(key, received))).toBe(true)
    expect(receiver.taken.map(({ headers }) => headers['webhook-id'])).toContain(`${sink}.0-${events.length - 1}`)
    await receiver.close()
  })

  it('is kept from loopback, and from networks without TLS, unless the operator names them', async () => {
    const receiver = await startHttpReceiver()
    for (const url of [receiver.url, 'http://localhost:1/', 'http://192.0.2.1/', 'https://[::1]/']) {
      const sink = await addSink({ kind: 'webhook', url, certificates: '' }, { kind: 'signing-key', key })
      const failed = () => waitFor(async () => (await read(sink)).problem, { description: 'the refusal' })
      await sending(failed, { outward: outward(new BlockList(), 'sinks') })
      expect((await read(sink)).problem?.message, url).toMatch(/operator/)
    }
    expect(receiver.taken).toEqual([])
    await receiver.close()
  })
})

describe('activity', () => {
  const query = (text: string): StoredActivity => ({
    kind: 'query',
    at: new Date().toISOString(),
    form: 'simple',
    statement: { text },
    binds: [],
    bindsOmitted: 0,
    durationMs: 1,
    rows: 1,
    error: null,
  })
  const shipping = async () => {
    const gateway = await makeGateway(database.pools.api, organization)
    const lease = await makeLease(database.pools.vault, { organization, gateway: gateway.id, now: Date.now() })
    return { lease, ...shipActivity({ pool: database.pools.api, organization, gateway, lease, keys }) }
  }
  const recordsIn = async (sink: string, prefix = '') => {
    const place = join(folder.path, organization, sink)
    const names = (await readdir(place)).filter((name) => name.startsWith(prefix)).toSorted()
    const texts = await Promise.all(names.map((name) => readFile(join(place, name), 'utf8')))
    const lines = texts.join('').split('\n')
    return lines
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { record: { id: string; activity: Record<string, unknown> } })
      .map(({ record: { id, activity } }) => ({ id, activity }))
  }
  const destination = { kind: 'file', maxBytes: 65_536, keepFiles: 0 } as const

  it('is sent in the order of the log, each record once, also after the place was lost and a line half written', async () => {
    const sink = await addSink(destination, null, 'activity')
    const { stream, ship } = await shipping()
    const many = Array.from({ length: 700 }, (_, each) => query(`select ${each}`))
    await ship(many.slice(0, 400))
    await ship(many.slice(400))
    await sending(() => sent(sink, 3))
    const [name] = (await readdir(join(folder.path, organization, sink))).toSorted().slice(-1)
    const path = join(folder.path, organization, sink, name!)
    await truncate(path, (await readFile(path)).length - 40)
    await inOrganization((transaction) =>
      transaction.updateTable('sink_streams').set({ next: 0 }).where('sink_id', '=', sink).execute(),
    )
    await ship([query('select last')])
    await sending(() => sent(sink, 4))
    const records = await recordsIn(sink)
    expect(records.map(({ id }) => id)).toEqual(upTo(701).map((number) => `${stream}-${number}`))
    expect(records.at(-1)!.activity).toMatchObject({ kind: 'query', statement: { text: 'select last' } })
  })

  it('of a gateway that encrypts it is sent as what the API can read of it', async () => {
    const sink = await addSink(destination, null, 'activity')
    const { lease, ship } = await shipping()
    const file = Buffer.from('select secret from vault')
    const recording = createHash('sha256').update(file).digest('base64url')
    const at = new Date().toISOString()
    const sealed = { kind: 'sealed', at, of: 'query', failed: false, person: lease.user, recording, kept: 'both' } as const
    await ship([sealed], [{ digest: recording, body: file.toString('base64url') }])
    await sending(() => sent(sink, 2))
    expect((await recordsIn(sink)).map(({ activity }) => activity)).toEqual([sealed])
  })

  it('is sent beside the log when that is wanted, and goes on from its place when it is wanted again', async () => {
    const sink = await addSink(destination)
    const change = (streams: readonly SinkStream[], next: number) =>
      inOrganization((transaction) =>
        changeStreams(transaction, { id: sink, streams, next }, { organization, actor, now: Date.now() }),
      )
    const { stream, ship } = await shipping()
    await ship([query('select 1')])
    await sending(() => sent(sink, 2))
    await expect(recordsIn(sink, 'activity')).resolves.toEqual([])
    expect((await change(['activity'], 0)).streams).toMatchObject([{ stream: 'activity', next: 0 }])
    await sending(() => sent(sink, 3))
    await change(['log'], 0)
    await ship([query('select 2')])
    await sending(() => sent(sink, 5))
    expect((await recordsIn(sink, 'activity')).map(({ id }) => id)).toEqual([`${stream}-0`])
    const both = await change(['log', 'activity'], await sizeOf())
    expect(both.streams.map((each) => each.stream)).toEqual(['log', 'activity'])
    await sending(() => waitFor(async () => (await recordsIn(sink, 'activity')).length === 2, { description: 'the record' }))
    expect((await recordsIn(sink, 'activity')).map(({ id }) => id)).toEqual(upTo(2).map((number) => `${stream}-${number}`))
    const { rows } = await roles.log.listEntries({ organization, limit: 10, below: null, since: -1, type: 'sink.changed' })
    expect(rows.map(({ entry }) => (entry as { details: object }).details)).toMatchObject([
      { before: { streams: [{ stream: 'log' }] }, after: { streams: [{ stream: 'activity', next: 0 }] } },
      { before: { streams: [{ stream: 'activity' }] }, after: { streams: [{ stream: 'log' }] } },
      { before: { streams: [{ stream: 'log' }] }, after: { streams: [{ stream: 'log' }, { stream: 'activity' }] } },
    ])
  })

  it('goes to a sink beside the log, and is told apart', async () => {
    const receiver = await startHttpReceiver()
    const key = Buffer.alloc(32, 7).toString('base64')
    const webhook = { kind: 'webhook', url: receiver.url, certificates: '' } as const
    const sink = await addSink(webhook, { kind: 'signing-key', key }, 'activity')
    const { stream, ship } = await shipping()
    await ship([query('select 1'), query('select 2')])
    await sending(() => sent(sink, 2))
    const [taken, ...more] = receiver.taken.map(({ body }) => JSON.parse(body) as { type: string; data: { events: unknown[] } })
    expect(more).toEqual([])
    expect(taken).toMatchObject({ type: 'sallyport.activity' })
    expect(taken!.data.events).toMatchObject([{ record: { id: `${stream}-0` } }, { record: { id: `${stream}-1` } }])
    expect(receiver.taken[0]!.headers['webhook-id']).toMatch(new RegExp(`^${sink}\\.activity\\.\\d-\\d$`))
    await receiver.close()
  })
})

describe('a sink that fails', () => {
  it('waits longer each time, says why, and tells people once; the others go on', async () => {
    const clock = { now: Date.now() }
    const bad = await addSink({ kind: 'syslog', host: '127.0.0.1', port: 1, certificates: '' })
    const good = await addSink({ kind: 'file', maxBytes: 65_536, keepFiles: 0 })
    const failures = (count: number) =>
      waitFor(
        async () => {
          clock.now += 400_000
          return (await read(bad)).failures >= count
        },
        { description: `${count} failures` },
      )
    await sending(() => Promise.all([failures(4), sent(good, 2)]), { clock: () => clock.now })
    const { problem, next } = await read(bad)
    expect(problem).toMatchObject({ message: expect.stringContaining('ECONNREFUSED'), told: true })
    expect(next).toBe(0)
    const alerts = await inOrganization((transaction) =>
      transaction.selectFrom('alerts').select('id').where('kind', '=', 'sink-failing').execute(),
    )
    expect(alerts).toHaveLength(1)
  })
})

describe('files', () => {
  const destination = { kind: 'file', maxBytes: 65_536, keepFiles: 0 } as const
  const filesOf = async (sink: string) => (await readdir(join(folder.path, organization, sink))).toSorted()
  const linesIn = async (sink: string) => {
    const texts = (await filesOf(sink)).map((name) => readFile(join(folder.path, organization, sink, name), 'utf8'))
    return linesOf((await Promise.all(texts)).join(''))
  }

  it('follow one another, each entry once, also after a line was left half written', async () => {
    const sink = await addSink(destination)
    await record(400)
    await sending(() => sent(sink, 401))
    const path = join(folder.path, organization, sink, (await filesOf(sink)).at(-1)!)
    const whole = await readFile(path, 'utf8')
    await truncate(path, Buffer.byteLength(whole) - 40)
    await inOrganization((transaction) =>
      transaction.updateTable('sink_streams').set({ next: 350 }).where('sink_id', '=', sink).execute(),
    )
    await appendFile(path, '')
    await record(400)
    await sending(() => sent(sink, 801))
    expect(indicesOf(await linesIn(sink))).toEqual(upTo(await sizeOf()))
    expect((await filesOf(sink)).length).toBeGreaterThan(1)
  })

  it.skipIf(noDisk !== null)(`hold every entry once after their disk was full (${noDisk ?? 'runs'})`, async () => {
    const disk = await smallDisk({ mebibytes: 1 })
    try {
      const sink = await addSink(destination)
      const place = join(disk.path, organization, sink)
      await record(3)
      await sending(
        async () => {
          await sent(sink, 4)
          await disk.fill()
          // More than fits into what is left of the last block: a line is left half written.
          await record(20)
          await waitFor(async () => (await read(sink)).problem?.message.includes('no space left'), { description: 'the failure' })
          await disk.free()
          await inOrganization((transaction) => forgetFailures(transaction, sink))
          await sent(sink, 24)
        },
        { folder: disk.path },
      )
      const texts = (await readdir(place)).toSorted().map((name) => readFile(join(place, name), 'utf8'))
      expect(indicesOf(linesOf((await Promise.all(texts)).join('')))).toEqual(upTo(await sizeOf()))
    } finally {
      await disk.remove()
    }
  })

  it('keep the newest', async () => {
    const sink = randomUUID()
    const { rows } = await waitFor(
      async () => {
        await record(1)
        const found = await roles.log.listEntries({ organization, limit: 1, below: null, since: -1 })
        return found.rows.length > 0 && found
      },
      { description: 'an entry' },
    )
    const entry = rows[0]!.entry as never
    for (let index = 0; index < 5; index++) {
      const event = { index, leaf: 'x'.repeat(70_000), entry }
      const batch = { organization, sink, stream: 'log', first: index, last: index, events: [event] } as const
      const delivery = {
        destination: { ...destination, keepFiles: 2 },
        secret: null,
        batch,
        begins: true,
        signal: new AbortController().signal,
      }
      await deliverToFile(delivery, parts())
    }
    expect(await filesOf(sink)).toEqual(['audit-000000000003.jsonl', 'audit-000000000004.jsonl'])
  })
})

describe('syslog', () => {
  it('gets messages of RFC 5424 over TLS, and a batch again that it was cut off from', async () => {
    const receiver = await startSyslogReceiver()
    receiver.cut(1)
    const { host, port, certificates } = receiver
    const sink = await addSink({ kind: 'syslog', host, port, certificates })
    await record(3)
    await sending(() => sent(sink, 4))
    const parsed = receiver.messages.map((message) => {
      const [header, text] = message.split('\u{feff}') as [string, string]
      expect(header).toMatch(/^<109>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z - sallyport - [a-z.-]{1,32} - $/)
      return JSON.parse(text) as { index: number }
    })
    expect(indicesOf(parsed)).toEqual(upTo(parsed.length))
    await receiver.close()
  })

  it('gives nothing to a receiver whose certificate nobody vouches for', async () => {
    const receiver = await startSyslogReceiver()
    const sink = await addSink({ kind: 'syslog', host: receiver.host, port: receiver.port, certificates: '' })
    await sending(() => waitFor(async () => (await read(sink)).problem, { description: 'the refusal' }))
    expect((await read(sink)).problem?.message).toMatch(/certificate/)
    expect(receiver.messages).toEqual([])
    await receiver.close()
  })
})

describe.skipIf(rsyslogMissing())('rsyslog', () => {
  let receiver: RunningRsyslog
  beforeAll(async () => {
    receiver = await startRsyslog()
  })
  afterAll(() => receiver.remove())

  /** Of this organization; without the mark that says that UTF-8 follows (RFC 5424 §6.4), which rsyslog keeps. */
  const received = async () =>
    (await receiver.messages())
      .map((message) => ({ ...message, event: JSON.parse(message.text.replace('\u{feff}', '')) as LogEvent }))
      .filter(({ event }) => event.entry.organization === organization)
  const has = (count: number) =>
    waitFor(
      async () => {
        const messages = await received()
        const numbers = new Set(messages.map(({ event }) => event.index))
        return upTo(count).every((index) => numbers.has(index)) && messages
      },
      { description: `${count} messages`, timeoutMs: 30_000 },
    )
  const toRsyslog = () => ({ kind: 'syslog', host: receiver.host, port: receiver.port }) as const

  it('reads each part of a message as RFC 5424 has it', async () => {
    const sink = await addSink({ ...toRsyslog(), certificates: receiver.certificates })
    await record(2)
    await sending(() => sent(sink, 3))
    const message = (await has(3)).find(({ event }) => event.index === 1)!
    const { at } = message.event.entry
    expect(message).toMatchObject({ version: '1', severity: 'notice', kind: 'site.created', time: new Date(at).toISOString() })
  })

  it('has everything after it was stopped for a while', async () => {
    const sink = await addSink({ ...toRsyslog(), certificates: receiver.certificates })
    await record(20)
    await sending(async () => {
      await sent(sink, 21)
      await receiver.stop()
      await record(20)
      await waitFor(async () => (await read(sink)).problem, { description: 'the failure', timeoutMs: 30_000 })
      await receiver.start()
      await inOrganization((transaction) => forgetFailures(transaction, sink))
      await sent(sink, 41)
    })
    const messages = await has(41)
    expect(messages.every(({ kind }) => kind === 'sink.created' || kind === 'site.created')).toBe(true)
  })

  it('takes messages of whom it knows by certificate, and of nobody else', async () => {
    const demanding = await startRsyslog('sallyport.example')
    try {
      const { host, port, certificates } = demanding
      const destination = { kind: 'syslog', host, port, certificates } as const
      const known = await demanding.certificateFor('sallyport.example')
      const other = await demanding.certificateFor('somebody.example')
      const secretOf = (pair: typeof known) => ({ kind: 'client-certificate', ...pair }) as const
      const [without, stranger] = [await addSink(destination), await addSink(destination, secretOf(other))]
      const refused = (sink: string) =>
        waitFor(async () => (await read(sink)).problem, { description: 'the refusal', timeoutMs: 30_000 })
      await sending(() => Promise.all([refused(without), refused(stranger)]))
      expect([(await read(without)).next, (await read(stranger)).next]).toEqual([0, 0])
      expect(await demanding.messages()).toEqual([])
      // With another certificate it goes on from where it was: here, from the beginning.
      const secret = await sealFor(stranger, destination, secretOf(known))
      const change = { id: stranger, name: undefined, enabled: undefined, secret }
      await inOrganization((transaction) => changeSink(transaction, change, { organization, actor, now: Date.now() }))
      await sending(() => sent(stranger, 3))
      const arrived = () => demanding.messages().then((messages) => messages.length >= 3)
      await waitFor(arrived, { description: 'the messages', timeoutMs: 30_000 })
      const { rows } = await roles.log.listEntries({ organization, limit: 10, below: null, type: 'sink.changed' })
      expect(rows.map(({ entry }) => (entry as { details: unknown }).details)).toEqual([
        {
          before: { name: stranger, enabled: true, secret: { sealedAt: expect.any(String) as string } },
          after: { name: stranger, enabled: true, secret: { sealedAt: expect.any(String) as string } },
        },
      ])
    } finally {
      await demanding.remove()
    }
  })

  it('gets nothing when another authority vouches for it than the one that was named', async () => {
    const { ca } = await makeAuthority()
    const sink = await addSink({ ...toRsyslog(), certificates: ca })
    await sending(() => waitFor(async () => (await read(sink)).problem, { description: 'the refusal', timeoutMs: 30_000 }))
    expect((await read(sink)).problem?.message).toMatch(/certificate/)
    expect(await received()).toEqual([])
  })
})

describe('an object store', () => {
  it('gets objects whose names are in the order of the log, and again what it refused', async () => {
    const store = await startFakeObjectStore({ buckets: { audit: { objectLock: false } } })
    store.fail(1)
    const { region, credentials } = store
    const destination = { kind: 'object-store', endpoint: store.origin, region, bucket: 'audit', prefix: 'acme/' } as const
    const secret = { kind: 'access-key', id: credentials.accessKeyId, secret: credentials.secretAccessKey } as const
    const sink = await addSink(destination, secret)
    await record(3)
    await sending(() => sent(sink, 4))
    const objects = store.objects('audit').toSorted((a, b) => (a.key < b.key ? -1 : 1))
    expect(objects[0]!.key).toMatch(new RegExp(`^acme/${organization}/\\d{4}/\\d\\d/\\d\\d/000000000000-\\d{12}\\.jsonl$`))
    const lines = linesOf(objects.map(({ body }) => body.toString('utf8')).join(''))
    expect(indicesOf(lines)).toEqual(upTo(lines.length))
    await store.close()
  })
})

describe('OpenTelemetry', () => {
  it('gets log records with a header that lets in', async () => {
    const receiver = await startHttpReceiver('{"partialSuccess":{}}')
    const destination = { kind: 'otlp', url: receiver.url, certificates: '' } as const
    const sink = await addSink(destination, { kind: 'header', name: 'X-Api-Key', value: 'let me in' })
    await record(2)
    await sending(() => sent(sink, 3))
    const [first] = receiver.taken
    expect(first!.headers['x-api-key']).toBe('let me in')
    const body = JSON.parse(first!.body) as {
      resourceLogs: { scopeLogs: { logRecords: { eventName: string; body: { stringValue: string } }[] }[] }[]
    }
    const [record0] = body.resourceLogs[0]!.scopeLogs[0]!.logRecords
    expect(record0!.eventName).toBe('sallyport.sink.created')
    expect(JSON.parse(record0!.body.stringValue)).toMatchObject({ index: 0 })
    await receiver.close()
  })

  it('is asked again when it refused records', async () => {
    const receiver = await startHttpReceiver('{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too long"}}')
    const sink = await addSink({ kind: 'otlp', url: receiver.url, certificates: '' })
    await sending(() => waitFor(async () => (await read(sink)).problem, { description: 'the refusal' }))
    expect(await read(sink)).toMatchObject({ next: 0, problem: { message: 'it refused 1 records: too long' } })
    await receiver.close()
  })
})

describe('what a sink needs to send', () => {
  it('opens for its own destination only, and is of its kind', async () => {
    const destination = { kind: 'webhook', url: 'https://siem.example/', certificates: '' } as const
    const wrong = sealFor(randomUUID(), destination, { kind: 'header', name: 'X', value: 'y' })
    await expect(wrong).rejects.toMatchObject({ code: 'unseal_failed' })
    const authority = await makeAuthority()
    const [one, another] = await Promise.all([authority.issue({}), authority.issue({})])
    const mixed = { kind: 'client-certificate', certificate: one.cert, key: another.key } as const
    const toSyslog = { kind: 'syslog', host: 'siem.example', port: 6514, certificates: '' } as const
    await expect(sealFor(randomUUID(), toSyslog, mixed)).rejects.toMatchObject({ code: 'unseal_failed' })
    await expect(sealFor(randomUUID(), toSyslog, { ...mixed, key: one.key })).resolves.toBeInstanceOf(Uint8Array)
    const sink = await addSink(destination, { kind: 'signing-key', key: Buffer.alloc(32).toString('base64') })
    const elsewhere = JSON.stringify({ ...destination, url: 'https://elsewhere.example/' })
    await expect(
      inOrganization((transaction) =>
        transaction.updateTable('sinks').set({ destination: elsewhere }).where('id', '=', sink).execute(),
      ),
    ).rejects.toThrow('permission denied')
    await expect(roles.vault.openSinkSecret({ organization, sink })).resolves.toMatchObject({ secret: expect.any(Uint8Array) })
  })
})
