import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Findings } from './findings.ts'
import { checkRecordings, Retention } from './recordings.ts'
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

const put = (name: string, content: string): Promise<void> => writeFile(join(directory.path, stream, name), content)

const linesOf = (kept: 'api' | 'gateway'): string =>
  `${JSON.stringify({ number: 0, activity: { kind: 'sealed', recording: digestOf(file), kept, person } })}\n`

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
  const counts = await checkRecordings(directory.path, { batches: [batch], retention, findings })
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
  await put('0.jsonl', linesOf('gateway'))
  await put(`${digestOf(file)}.age`, file)
  expect(await check(linesOf('gateway'))).toMatchObject({ counts: { matching: 1, sealed: 1 }, wrong: [] })
  await put(`${digestOf(file)}.age`, `${file}!`)
  expect((await check(linesOf('gateway'))).wrong).toEqual(['recording-changed'])
})

it('misses a file that its gateway keeps, unless its time is over or its person was erased', async () => {
  await put('0.jsonl', linesOf('gateway'))
  expect((await check(linesOf('gateway'))).wrong).toEqual(['recording-missing'])
  const removed = { counts: { removedByPolicy: 1 }, wrong: [] }
  expect(await check(linesOf('gateway'), { entries: [entryOf('site.created', 400 * DAY)] })).toMatchObject(removed)
  expect(await check(linesOf('gateway'), { entries: [entryOf('person.erased', 2 * DAY)] })).toMatchObject(removed)
  await rm(join(directory.path, stream, '0.jsonl'))
  await put('0.jsonl', linesOf('api'))
  expect((await check(linesOf('api'))).wrong).toEqual([])
})

it('does not look for batches that the API alone has', async () => {
  expect(await check(linesOf('api'), { atGateway: false })).toMatchObject({ counts: { withApi: 1 }, wrong: [] })
  expect((await check(linesOf('api'), { atGateway: true })).wrong).toEqual(['recording-missing'])
})
