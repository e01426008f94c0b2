import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { activityBatch, sha256, SallyportError, toBase64url, utf8, verifyStatement } from '@sallyport/protocol'
import { makeTemporaryDirectory, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeKey, type TestKey } from '../testing/authority.ts'
import { type OpenedSpool, openSpool } from './open-spool.ts'
import { Recordings } from './recordings.ts'
import { Shipper, type Upload } from './shipper.ts'
import { spoolLimits } from './spool.ts'

let directory: TemporaryDirectory
let key: TestKey
const [organization, gateway] = [randomUUID(), randomUUID()]
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
  key = await makeKey()
})
afterEach(() => directory.remove())

const open = (): Promise<OpenedSpool> =>
  openSpool({
    folder: join(directory.path, 'spool'),
    keyFile: join(directory.path, 'spool-key'),
    limits: spoolLimits(64 * 1024 * 1024),
  })

const recordingsOf = ({ spool, cursor }: OpenedSpool): Recordings =>
  new Recordings({
    folder: join(directory.path, 'recordings'),
    stream: spool.stream,
    isPending: cursor.pending !== null,
    limitBytes: 64 * 1024 * 1024,
    askRetention: () => Promise.resolve(null),
    now: Date.now,
    onCrowded: () => undefined,
    onFailure: () => undefined,
  })

const ship = (opened: OpenedSpool, upload: (body: Upload) => Promise<{ next: number }>): Shipper => {
  const shipper = new Shipper({
    ...opened,
    recordings: recordingsOf(opened),
    signer: key.signer,
    organization,
    gateway,
    upload,
    now: Date.now,
    onFailure: () => undefined,
  })
  shipper.start()
  return shipper
}

const record = (opened: OpenedSpool, count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, index) => opened.spool.record(`,"index":${index}}`, true)))

/** An intake that commits what continues the stream, and answers what it committed before the same way. */
const intake = () => {
  const lines: string[] = []
  const uploads: Upload[] = []
  let [next, previous] = [0, 'A'.repeat(43)]
  const take = async (body: Upload) => {
    uploads.push(body)
    const batch = await verifyStatement(activityBatch, body.batch, [key.spki])
    expect(batch.digest).toBe(toBase64url(await sha256(utf8(body.lines))))
    if (batch.first + batch.count === next && batch.digest === previous) return { next }
    expect(batch).toMatchObject({ organization, gateway, first: next, previous })
    lines.push(...body.lines.split('\n').slice(0, -1))
    next += batch.count
    previous = batch.digest
    return { next }
  }
  return { lines, uploads, take, next: () => next }
}

test('batches are chained, in order, and at most 2000 records', async () => {
  const opened = await open()
  const { lines, uploads, take } = intake()
  const shipper = ship(opened, take)
  await record(opened, 5_500)
  await waitFor(() => lines.length === 5_500, { description: 'all records' })
  expect(uploads.length).toBeGreaterThanOrEqual(3)
  expect(lines.map((line) => (JSON.parse(line) as { number: number }).number)).toEqual(lines.map((_, index) => index))
  await opened.spool.close()
  await shipper.stop(60_000)
})

test('a batch is repeated, the very same, until it is acknowledged', async () => {
  const opened = await open()
  const { lines, uploads, take } = intake()
  let failures = 2
  const shipper = ship(opened, async (body) => {
    if (failures-- <= 0) return take(body)
    uploads.push(body)
    throw new SallyportError('api_unreachable')
  })
  await record(opened, 10)
  await waitFor(() => lines.length === 10, { description: 'the third attempt' })
  // What came while the first of them waited is in another one.
  expect(new Set(uploads.slice(0, 3).map(({ batch }) => batch)).size).toBe(1)
  await opened.spool.close()
  await shipper.stop(60_000)
})

test('a batch whose acknowledgement was lost with the process is sent again as it was', async () => {
  const { lines, uploads, take, next } = intake()
  const first = await open()
  const unanswered = ship(first, async (body) => {
    await take(body)
    return new Promise(() => undefined)
  })
  await record(first, 20)
  await waitFor(() => next() === 20, { description: 'the commit' })
  await first.spool.close()
  await first.reader.close()
  // The first process is gone with its answer pending; what it left on disk is all that the second has.
  const second = await open()
  const shipper = ship(second, take)
  await record(second, 5)
  await waitFor(() => lines.length === 25, { description: 'the rest' })
  expect(uploads[0]).toEqual(uploads[1])
  expect(second.spool.synchronizedNext).toBe(25)
  await second.spool.close()
  await shipper.stop(60_000)
  expect(unanswered.next).toBe(0)
})

test('what was acknowledged is not sent again after a restart', async () => {
  const { lines, take } = intake()
  const first = await open()
  const shipper = ship(first, take)
  await record(first, 20)
  await first.spool.close()
  await shipper.stop(60_000)
  expect(lines).toHaveLength(20)
  const second = await open()
  expect(second.spool.bytes).toBe(0)
  const again = ship(second, take)
  await record(second, 1)
  await waitFor(() => lines.length === 21, { description: 'the new record' })
  await second.spool.close()
  await again.stop(60_000)
})
