import { randomUUID } from 'node:crypto'
import { readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { PERSON_ERASED, type RecordingOrder, type Retention } from '@sallyport/protocol'
import { openRecording } from '@sallyport/recording/age'
import { makeTemporaryDirectory, runProgram, skipReason, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeKey, type TestKey } from '../testing/authority.ts'
import { type OpenedSpool, openSpool } from './open-spool.ts'
import { Recordings } from './recordings.ts'
import { sealMember } from './seal-marker.ts'
import { Shipper, type Upload } from './shipper.ts'
import { spoolLimits } from './spool.ts'

let directory: TemporaryDirectory
let key: TestKey
/** Made by the program of age, so that it is not our own library alone that says what an identity is. */
let identity: string
let recipient: string
const [ada, bob] = [randomUUID(), randomUUID()]
const place = { lease: randomUUID(), connection: randomUUID(), session: randomUUID(), credential: randomUUID() }

const folder = (): string => join(directory.path, 'recordings')
const open = (): Promise<OpenedSpool> =>
  openSpool({
    folder: join(directory.path, 'spool'),
    keyFile: join(directory.path, 'spool-key'),
    limits: spoolLimits(64 * 1024 * 1024),
  })

const days = (all: number, daysByKind: Retention['daysByKind'] = {}): Retention => ({ days: all, daysByKind })

interface Running {
  readonly recordings: Recordings
  readonly shipper: Shipper
}

const ship = (
  opened: OpenedSpool,
  upload: (body: Upload) => Promise<{ next: number }>,
  limits: {
    limitBytes?: number
    retention?: () => Retention | null
    now?: () => number
    onCrowded?: (removed: number) => void
  } = {},
): Running => {
  const { limitBytes = 1024 * 1024, retention = () => days(30), now = Date.now, onCrowded = () => undefined } = limits
  const recordings = new Recordings({
    folder: folder(),
    stream: opened.spool.stream,
    isPending: opened.cursor.pending !== null,
    limitBytes,
    askRetention: async () => retention(),
    now,
    onCrowded,
    onFailure: (error) => expect.unreachable(String(error)),
  })
  const identityOfGateway = { organization: randomUUID(), gateway: randomUUID(), signer: key.signer }
  const shipper = new Shipper({ ...opened, ...identityOfGateway, recordings, upload, now: Date.now, onFailure: () => undefined })
  shipper.start()
  return { recordings, shipper }
}

const query = (statement: string, at: string) => ({
  kind: 'query',
  at,
  form: 'simple',
  statement: { text: statement },
  binds: [],
  bindsOmitted: 0,
  durationMs: 1,
  rows: 1,
  error: null,
})

interface How {
  readonly keep?: RecordingOrder['keep']
  readonly person?: string
  readonly at?: number
}

/** As a connection writes it to the spool. */
const record = (opened: OpenedSpool, what: string | object, how: How = {}) => {
  const { keep, person = ada, at = Date.now() } = how
  const order: RecordingOrder | undefined =
    keep === undefined ? undefined : { keep, recipients: [recipient], binds: { kind: 'keep' }, days: 30 }
  const time = new Date(at).toISOString()
  const activity = typeof what === 'string' ? query(what, time) : { ...what, at: time }
  const members = `,${JSON.stringify(place).slice(1, -1)}${sealMember(order, person)},"activity":${JSON.stringify(activity)}}`
  return opened.spool.record(members, true)
}

const committing = (uploads: Upload[]) => {
  let next = 0
  return async (body: Upload) => {
    uploads.push(body)
    next += body.lines.split('\n').length - 1
    return { next }
  }
}

const files = async (): Promise<string[]> => {
  const found = await readdir(folder(), { recursive: true, withFileTypes: true }).catch(() => [])
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder(), join(entry.parentPath, entry.name)))
    .toSorted()
}
const endsWith = (end: string) => (name: string) => name.endsWith(end)

const settled = (running: Running, next: number) =>
  waitFor(() => running.shipper.next === next, { description: 'everything to be acknowledged' })

const stop = async (opened: OpenedSpool, { shipper }: Running): Promise<void> => {
  await opened.spool.close()
  await shipper.stop(60_000)
}

const reason = skipReason({ programs: ['age', 'age-keygen'] })

describe.skipIf(reason !== null)(`recordings (${reason ?? 'runs'})`, () => {
  beforeAll(async () => {
    const { stdout } = await runProgram({ command: 'age-keygen', args: [] })
    identity = /^AGE-SECRET-KEY-1\w+$/m.exec(stdout)![0]
    recipient = /^# public key: (age1\w+)$/m.exec(stdout)![1]!
  })
  beforeEach(async () => {
    directory = await makeTemporaryDirectory()
    key = await makeKey()
  })
  afterEach(() => directory.remove())

  test('records leave encrypted, in a file of each person; others as they are, in batches of their own', async () => {
    const opened = await open()
    const uploads: Upload[] = []
    await Promise.all([
      record(opened, 'select plain'),
      record(opened, 'select hers', { keep: 'api' }),
      record(opened, 'select his', { keep: 'api', person: bob }),
    ])
    const running = ship(opened, committing(uploads))
    await settled(running, 3)
    await stop(opened, running)
    expect(uploads.map(({ recordings }) => recordings?.length ?? 0)).toEqual([0, 2])
    expect(uploads[0]!.lines).toContain('select plain')
    expect(uploads[1]!.lines).not.toContain('select')
    const opens = await Promise.all(
      uploads[1]!.recordings!.map(async ({ body }) =>
        Buffer.from(await openRecording(Buffer.from(body!, 'base64url'), [identity])).toString(),
      ),
    )
    expect(
      opens.map((text) => (JSON.parse(text) as { activity: { statement: { text: string } } }).activity.statement.text),
    ).toEqual(['select hers', 'select his'])
    // The API has them: here nothing is left.
    expect(await files()).toEqual([])
  })

  test('a batch whose acknowledgement was lost with the process is sent again as it was', async () => {
    const first = await open()
    const uploads: Upload[] = []
    const lost = ship(first, async (body) => {
      uploads.push(body)
      return new Promise(() => undefined)
    })
    await record(first, 'select once', { keep: 'both' })
    await waitFor(() => uploads.length === 1, { description: 'the first attempt' })
    await first.spool.close()
    await first.reader.close()
    const second = await open()
    const running = ship(second, committing(uploads))
    await settled(running, 1)
    await stop(second, running)
    expect(uploads[1]).toEqual(uploads[0])
    expect(lost.shipper.next).toBe(0)
  })

  test('what the gateway keeps stays, as a file that age decrypts, and nothing of it is readable otherwise', async () => {
    const opened = await open()
    const uploads: Upload[] = []
    const running = ship(opened, committing(uploads))
    await record(opened, 'select kept here', { keep: 'gateway' })
    await settled(running, 1)
    await stop(opened, running)
    expect(uploads[0]!.recordings).toMatchObject([{ body: null }])
    const kept = await files()
    expect(kept.filter(endsWith('.jsonl'))).toHaveLength(1)
    for (const name of kept) expect((await readFile(join(folder(), name))).includes('kept here'), name).toBe(false)
    const age = kept.find(endsWith('.age'))!
    const decrypted = await runProgram({
      command: 'age',
      args: ['--decrypt', '-i', '-', join(folder(), age)],
      input: `${identity}\n`,
    })
    expect(decrypted.stdout).toContain('select kept here')
  })

  test('a person who is erased is removed here, too, and nobody else', async () => {
    const opened = await open()
    const running = ship(opened, committing([]))
    await Promise.all([record(opened, 'hers', { keep: 'both' }), record(opened, 'his', { keep: 'both', person: bob })])
    await settled(running, 2)
    await waitFor(async () => (await files()).filter(endsWith('.age')).length === 2, { description: 'both files' })
    const revocation = { number: 1, at: 0, subject: { kind: 'user' as const, id: ada } }
    await running.recordings.eraseAmong([{ ...revocation, code: 'user_disabled' }])
    expect((await files()).filter(endsWith('.age'))).toHaveLength(2)
    await running.recordings.eraseAmong([{ ...revocation, code: PERSON_ERASED }])
    const [left, ...more] = (await files()).filter(endsWith('.age'))
    expect(more).toEqual([])
    expect(Buffer.from(await openRecording(await readFile(join(folder(), left!)), [identity])).toString()).toContain('his')
    await stop(opened, running)
  })

  test('what is kept is bounded by size and by days, the oldest going first', async () => {
    const opened = await open()
    const crowded: number[] = []
    let now = Date.now()
    const limits = { limitBytes: 4000, now: () => now, onCrowded: (removed: number) => crowded.push(removed) }
    const running = ship(opened, committing([]), limits)
    const ages = async (): Promise<number> => (await files()).filter(endsWith('.age')).length
    for (const [index, statement] of ['first', 'second', 'third'].entries()) {
      await record(opened, `${statement} ${'x'.repeat(1500)}`, { keep: 'gateway' })
      await settled(running, index + 1)
      now += 120_000
    }
    await waitFor(async () => (await ages()) === 1, { description: 'the oldest to go' })
    await expect.poll(() => crowded.reduce((sum, removed) => sum + removed, 0)).toBe(2)
    now += 31 * 86_400_000
    await record(opened, 'later', { keep: 'gateway' })
    await settled(running, 4)
    await waitFor(async () => (await ages()) <= 1, { description: 'what is too old to go' })
    await stop(opened, running)
  })

  const HOUR = 3_600_000
  const opened = (program: string) => ({
    kind: 'connection.opened',
    caller: { program, user: 'ada', pid: 1 },
    upstreamId: null,
    database: null,
    application: null,
  })
  const textOf = async (name: string): Promise<string> =>
    Buffer.from(await openRecording(await readFile(join(folder(), name)), [identity])).toString()
  const ages = async (): Promise<string[]> => (await files()).filter(endsWith('.age'))

  test('each file is of one kind and one hour, and goes when the time of its kind is over', async () => {
    const spooled = await open()
    const uploads: Upload[] = []
    const start = Math.floor(Date.now() / HOUR) * HOUR
    let now = start
    const [early, late] = [start - HOUR, start]
    const how = { keep: 'both' } as const
    const retention = () => days(30, { 'query': 2, 'connection.opened': 1000 })
    await Promise.all([
      record(spooled, 'select canary', { ...how, at: early }),
      record(spooled, opened('psql'), { ...how, at: early }),
      record(spooled, 'select canary again', { ...how, at: early + 1 }),
      record(spooled, 'select later', { ...how, at: late }),
    ])
    const running = ship(spooled, committing(uploads), { retention, now: () => now })
    await settled(running, 4)
    await waitFor(async () => (await ages()).length === 3, { description: 'the files' })
    const lines = async () => (await Promise.all((await ages()).map(textOf))).map((text) => text.split('\n').length - 1)
    expect((await lines()).toSorted((one, other) => one - other)).toEqual([1, 1, 2])
    expect(new Set(uploads[0]!.recordings!.map(({ digest }) => digest)).size).toBe(3)

    now = start + 48 * HOUR - HOUR + 1
    await running.recordings.sweep()
    const left = await Promise.all((await ages()).map(textOf))
    expect(left.join('')).not.toContain('canary')
    expect(left.join('')).toContain('select later')
    now = start + 48 * HOUR
    await running.recordings.sweep()
    expect(await Promise.all((await ages()).map(textOf))).toEqual([expect.stringContaining('psql')])
    // The lines are what the log has the digest of: they stay as long as anything that they name may.
    expect((await files()).filter(endsWith('.jsonl'))).toHaveLength(1)
    now = start + 31 * 24 * HOUR
    await running.recordings.sweep()
    expect(await files()).toEqual([])
    await stop(spooled, running)
  })

  test('goes by what the organization says then, not by what a lease said, and by nothing while it cannot be asked', async () => {
    const spooled = await open()
    let now = Date.now()
    let retention: Retention | null = days(90)
    const running = ship(spooled, committing([]), { retention: () => retention, now: () => now })
    await record(spooled, 'select kept', { keep: 'gateway' })
    await settled(running, 1)
    const isThere = async (): Promise<boolean> => {
      await running.recordings.sweep()
      return (await ages()).length === 1
    }
    now += 31 * 24 * HOUR
    expect(await isThere()).toBe(true)
    now += 60 * 24 * HOUR
    retention = null
    expect(await isThere()).toBe(true)
    retention = days(120)
    expect(await isThere()).toBe(true)
    retention = days(90)
    expect(await isThere()).toBe(false)
    await stop(spooled, running)
  })

  test('what the API does not have yet stays, however old it is', async () => {
    const first = await open()
    const retention = () => days(30, { query: 1 })
    await record(first, 'select old', { keep: 'api', at: Date.now() - 72 * HOUR })
    let isTried = false
    const upload = (): Promise<never> => {
      isTried = true
      return new Promise(() => undefined)
    }
    const lost = ship(first, upload, { retention })
    await waitFor(() => isTried, { description: 'the first attempt' })
    await lost.recordings.sweep()
    await first.spool.close()
    await first.reader.close()
    await lost.recordings.stop()
    const second = await open()
    const uploads: Upload[] = []
    const running = ship(second, committing(uploads), { retention })
    await settled(running, 1)
    expect(uploads[0]!.recordings).toEqual([{ digest: expect.any(String) as string, body: expect.any(String) as string }])
    await stop(second, running)
    expect(await files()).toEqual([])
  })

  test('files from before kinds were told apart are found, erased and removed as they were', async () => {
    const spooled = await open()
    const running = ship(spooled, committing([]))
    await Promise.all([record(spooled, 'hers', { keep: 'both' }), record(spooled, 'his', { keep: 'both', person: bob })])
    await settled(running, 2)
    await waitFor(async () => (await ages()).length === 2, { description: 'both files' })
    for (const name of await ages()) {
      await rename(join(folder(), name), join(folder(), dirname(dirname(name)), name.slice(dirname(name).length)))
    }
    const revocation = { number: 1, at: 0, subject: { kind: 'user' as const, id: ada }, code: PERSON_ERASED }
    await running.recordings.eraseAmong([revocation])
    expect(await Promise.all((await ages()).map(textOf))).toEqual([expect.stringContaining('his')])
    await stop(spooled, running)
    const again = await open()
    const later = ship(again, committing([]), { now: () => Date.now() + 31 * 24 * HOUR })
    await waitFor(async () => (await files()).length === 0, { description: 'the rest to go' })
    await stop(again, later)
  })
})
