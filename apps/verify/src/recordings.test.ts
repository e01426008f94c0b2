import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Findings } from './findings.ts'
import { checkRecordings } from './recordings.ts'
import { Retention } from './retention.ts'
import type { Batch } from './streams.ts'

const DAY = 24 * 3_600_000
const [stream, person] = [randomUUID(), randomUUID()]
const digestOf = (bytes: string): string => createHash('sha256').update(bytes).digest('base64url')
const file = 'age-encryption.org/v1 …'

let directory: TemporaryDirectory
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
  await mkdir(join(directory.path, stream))
})
afterEach(() => directory.remove())

const put = async (name: string, content: string): Promise<void> => {
  await mkdir(join(directory.path, stream, dirname(name)), { recursive: true })
  await writeFile(join(directory.path, stream, name), content)
}

const done = new Date(DAY).toISOString()
const lineOf = (kept: 'api' | 'gateway', of = 'query', recording = digestOf(file)): string =>
  `${JSON.stringify({ number: 0, activity: { kind: 'sealed', at: done, of, recording, kept, person } })}\n`

const check = async (
  lines: string,
  change: { atGateway?: boolean | null; entries?: Parameters<Retention['take']>[0][] } = {},
) => {
  const batch: Batch = {
    entry: 3,
    stream,
    gateway: randomUUID(),
    first: 0,
    count: 1,
    digest: digestOf(lines),
    at: DAY,
    atGateway: change.atGateway ?? null,
  }
  const retention = new Retention()
  for (const entry of change.entries ?? []) retention.take(entry)
  const findings = new Findings()
  const progress = (): void => undefined
  const counts = await checkRecordings(directory.path, { batches: [batch], retention, findings, progress })
  for (const { message } of findings.kept) expect(message).toMatch(/^Entry 3: the recording /)
  return { counts, wrong: findings.kept.map(({ code }) => code) }
}

const entryOf = (type: string, at: number) => ({
  index: 0,
  id: randomUUID(),
  organization: randomUUID(),
  type,
  at,
  subject: { kind: 'user', id: person },
  details: {},
})

it('holds an encrypted file against the digest that its lines name', async () => {
  await put('0.jsonl', lineOf('gateway'))
  // The second as gateways kept them before kinds were told apart.
  for (const name of [`query/${digestOf(file)}.age`, `${digestOf(file)}.age`]) {
    await put(name, file)
    expect(await check(lineOf('gateway'))).toMatchObject({ counts: { matching: 1, sealed: 1 }, wrong: [] })
    await put(name, `${file}!`)
    expect((await check(lineOf('gateway'))).wrong).toEqual(['recording-changed'])
    await rm(join(directory.path, stream, name))
  }
})

it('misses a file that its gateway keeps, unless its time is over or its person was erased', async () => {
  await put('0.jsonl', lineOf('gateway'))
  expect((await check(lineOf('gateway'))).wrong).toEqual(['recording-missing'])
  const removed = { counts: { removedByPolicy: 1 }, wrong: [] }
  expect(await check(lineOf('gateway'), { entries: [entryOf('site.created', 400 * DAY)] })).toMatchObject(removed)
  expect(await check(lineOf('gateway'), { entries: [entryOf('person.erased', 2 * DAY)] })).toMatchObject(removed)
  await rm(join(directory.path, stream, '0.jsonl'))
  await put('0.jsonl', lineOf('api'))
  expect((await check(lineOf('api'))).wrong).toEqual([])
})

const changed = (time: number, after: object, before: object = {}) => ({
  ...entryOf('organization.changed', time),
  details: { before, after },
})
const byKind = (query: number) => ({ activityRetentionDays: 365, activityRetentionByKind: { query } })

it('knows what was to go with its kind, and what was not', async () => {
  const opened = digestOf('opened')
  const lines = `${lineOf('gateway')}${lineOf('gateway', 'connection.opened', opened)}`
  await put('0.jsonl', lines)
  await put(`connection.opened/${opened}.age`, 'opened')
  const later = (days: number) => entryOf('site.created', (1 + days) * DAY)
  const after = (...entries: Parameters<Retention['take']>[0][]) => check(lines, { entries })
  expect(await after(changed(DAY, byKind(30)), later(30))).toMatchObject({
    counts: { matching: 1, sealed: 1, removedByPolicy: 1 },
    wrong: [],
  })
  expect((await after(changed(DAY, byKind(30)), later(29))).wrong).toEqual(['recording-missing'])
  await rm(join(directory.path, stream, 'connection.opened'), { recursive: true })
  expect((await after(changed(DAY, byKind(30)), later(30))).wrong).toEqual(['recording-missing'])
  expect((await after(changed(DAY, byKind(30)), later(365))).wrong).toEqual([])
})

it('goes by what was said when it went, also if more is kept now', async () => {
  await put('0.jsonl', lineOf('gateway'))
  const after = async (...entries: Parameters<Retention['take']>[0][]) => (await check(lineOf('gateway'), { entries })).wrong
  expect(await after(changed(DAY, byKind(30)), changed(31 * DAY, byKind(300)))).toEqual([])
  expect(await after(changed(DAY, byKind(30)), changed(30 * DAY, byKind(300)), entryOf('site.created', 40 * DAY))).toEqual([
    'recording-missing',
  ])
  expect(await after(changed(31 * DAY, byKind(300), byKind(30)))).toEqual([])
})

it('does not look for batches that the API alone has', async () => {
  expect(await check(lineOf('api'), { atGateway: false })).toMatchObject({ counts: { withApi: 1 }, wrong: [] })
  expect((await check(lineOf('api'), { atGateway: true })).wrong).toEqual(['recording-missing'])
})
