import { execFileSync, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { makeTemporaryDirectory, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inBackground } from '../in-background.ts'
import { type OpenedSpool, openSpool } from './open-spool.ts'
import { SpoolDamagedError } from './recovery.ts'
import { type FileCalls, systemFileCalls } from './segment-writer.ts'
import { type SpoolLimits, spoolLimits } from './spool.ts'

const WRITER = fileURLToPath(new URL('../testing/spool-writer.ts', import.meta.url))

let directory: TemporaryDirectory
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ reader }) => reader.close()))
  await directory.remove()
})
const opened: OpenedSpool[] = []

const folder = (): string => join(directory.path, 'spool')
const segments = (): string[] => readdirSync(folder()).filter((name) => name.startsWith('segment-'))
const segment = (index: number): string => join(folder(), segments().sort().at(index)!)

interface OpenChange {
  readonly limits?: Partial<SpoolLimits>
  readonly calls?: FileCalls
  readonly onHealth?: (error: Error | null) => void
}
const open = async ({ limits = {}, ...change }: OpenChange = {}): Promise<OpenedSpool> => {
  const one = await openSpool({
    folder: folder(),
    keyFile: join(directory.path, 'spool-key'),
    limits: { ...spoolLimits(64 * 1024 * 1024), ...limits },
    ...change,
  })
  opened.push(one)
  return one
}

const members = (payload: string): string => `,"payload":${JSON.stringify(payload)}}`
interface Line {
  readonly number: number
  readonly payload: string
}
const parse = (lines: string): Line[] =>
  lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)

/** Everything that could be shipped. */
const readAll = async ({ spool, reader }: OpenedSpool): Promise<Line[]> => {
  const all: Line[] = []
  for (;;) {
    const batch = await reader.read({ below: spool.synchronizedNext })
    if (batch === null) return all
    all.push(...parse(batch.lines))
  }
}

describe('records', () => {
  test('keep their order and content across groups, segments and a restart', async () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 400 }), 600)
    const first = await open({ limits: { segmentBytes: 1024 } })
    for (let at = 0; at < 300; at += 30) {
      await Promise.all(texts.slice(at, at + 30).map((text) => first.spool.record(members(text), false)))
    }
    await first.spool.close()
    await first.reader.close()
    const second = await open({ limits: { segmentBytes: 1024 } })
    await Promise.all(texts.slice(300).map((text) => second.spool.record(members(text), true)))
    const lines = await readAll(second)
    expect(lines).toEqual(texts.map((payload, number) => ({ number, payload: payload.toWellFormed() })))
    expect(segments().length).toBeGreaterThan(4)
    await second.spool.close()
  })

  test('of one turn of the event loop are written with one system call', async () => {
    let writes = 0
    const calls: FileCalls = {
      ...systemFileCalls,
      write: (...parameters) => {
        writes += 1
        return systemFileCalls.write(...parameters)
      },
    }
    const { spool } = await open({ calls })
    await Promise.all(Array.from({ length: 1000 }, (_, index) => spool.record(members(String(index)), false)))
    expect(writes).toBe(2) // the header of the segment, and all records
    await spool.close()
  })

  test('that are strict are taken only after fdatasync, others before', async () => {
    const done: string[] = []
    let release: () => void = () => undefined
    const calls: FileCalls = {
      ...systemFileCalls,
      synchronize: (_, synchronized) => {
        release = () => {
          done.push('disk')
          synchronized(null)
        }
      },
    }
    const { spool } = await open({ calls })
    const strict = spool.record(members('strict'), true).then(() => done.push('strict'))
    await spool.record(members('ordinary'), false).then(() => done.push('ordinary'))
    expect(spool.synchronizedNext).toBe(0)
    release()
    await strict
    expect(done).toEqual(['ordinary', 'disk', 'strict'])
    expect(spool.synchronizedNext).toBe(2)
  })

  test('are not readable on disk, and the gateway does not start over them with another key or none', async () => {
    const { spool } = await open()
    await spool.record(members('a canary that must not be found'), true)
    await spool.close()
    const bytes = readFileSync(segment(0))
    expect(bytes.includes('canary')).toBe(false)
    writeFileSync(join(directory.path, 'spool-key'), Buffer.alloc(32, 7).toString('base64url'))
    await expect(open()).rejects.toThrow(SpoolDamagedError)
    await rm(join(directory.path, 'spool-key'))
    await expect(open()).rejects.toThrow(SpoolDamagedError)
  })
})

test('a spool that is closed while fdatasync runs is closed when it is done', async () => {
  const calls: FileCalls = {
    ...systemFileCalls,
    synchronize: (descriptor, done) => setTimeout(() => systemFileCalls.synchronize(descriptor, done), 30),
  }
  const { spool } = await open({ calls })
  const strict = spool.record(members('one'), true)
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  await spool.close()
  await strict
  expect(spool.synchronizedNext).toBe(1)
})

describe('after a crash', () => {
  test.each(['', 'strict'])('by kill -9 everything that was taken is there, and numbers go on %s', async (mode) => {
    let expected = 0
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [WRITER, directory.path, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
      let output = ''
      child.stdout.on('data', (chunk) => {
        output += String(chunk)
      })
      const taken = (): number => [...output.matchAll(/taken (\d+)\n/g)].reduce((sum, [, count]) => sum + Number(count), 0)
      await expect.poll(taken).toBeGreaterThan(50)
      setTimeout(() => child.kill('SIGKILL'), randomInt(1, 60))
      await once(child, 'close')
      const from = Number(/from (\d+)/.exec(output)![1])
      expect(from).toBeGreaterThanOrEqual(expected)
      expected = from + taken()
    }
    const spooled = await open()
    const lines = await readAll(spooled)
    expect(lines.length).toBeGreaterThanOrEqual(expected)
    expect(expected).toBeGreaterThan(100)
    expect(lines.map(({ number }) => number)).toEqual(lines.map((_, index) => index))
    await spooled.spool.close()
  })

  test('a torn last frame is cut off, wherever it tore', async () => {
    const first = await open()
    await first.spool.record(members('one'), true)
    const whole = statSync(segment(0)).size
    await first.spool.record(members('two'), true)
    await first.spool.close()
    const full = readFileSync(segment(0))
    for (let length = whole; length < full.length; length += 5) {
      writeFileSync(segment(0), full.subarray(0, length))
      const spooled = await open()
      expect(spooled.cut).toBe(length - whole)
      expect(await readAll(spooled)).toEqual([{ number: 0, payload: 'one' }])
      await spooled.spool.close()
      await spooled.reader.close()
    }
    const spooled = await open()
    await spooled.spool.record(members('another two'), true)
    expect(await readAll(spooled)).toEqual([
      { number: 0, payload: 'one' },
      { number: 1, payload: 'another two' },
    ])
    await spooled.spool.close()
  })

  test('bytes of nobody behind the last frame are cut off', async () => {
    const first = await open()
    await first.spool.record(members('one'), true)
    await first.spool.close()
    appendFileSync(segment(0), Buffer.alloc(4096))
    const spooled = await open()
    expect(spooled.cut).toBe(4096)
    await spooled.spool.close()
  })

  test('a segment of which nothing got to disk is no segment', async () => {
    const first = await open()
    await first.spool.record(members('one'), true)
    await first.spool.close()
    truncateSync(segment(0), 10)
    const spooled = await open()
    await spooled.spool.record(members('again'), true)
    expect(await readAll(spooled)).toEqual([{ number: 0, payload: 'again' }])
    await spooled.spool.close()
  })

  test.each<[string, () => Promise<void>]>([
    ['a segment in the middle is missing', () => rm(segment(1))],
    ['a segment in the middle is cut short', async () => truncateSync(segment(1), statSync(segment(1)).size - 3)],
    [
      'a byte in the middle is another',
      async () => {
        const bytes = readFileSync(segment(1))
        bytes[bytes.length - 40]! ^= 1
        writeFileSync(segment(1), bytes)
      },
    ],
    ['the cursor is missing', () => rm(join(folder(), 'cursor.json'))],
  ])('the gateway does not start over a spool of which %s', async (_, damage) => {
    const first = await open({ limits: { segmentBytes: 256 } })
    for (let index = 0; index < 8; index++) await first.spool.record(members(`record ${index} ${'x'.repeat(100)}`), true)
    await first.spool.close()
    await damage()
    await expect(open()).rejects.toThrow(SpoolDamagedError)
  })
})

describe('space', () => {
  test('of what was shipped is free once a segment is old, also when nothing comes after it', async () => {
    const spooled = await open({ limits: { segmentAge: 50 } })
    const { spool } = spooled
    await spool.record(members('kept until it is shipped'), true)
    await waitFor(() => segments().length === 1 && spool.synchronizedNext === 1, { description: 'the record' })
    expect(await readAll(spooled)).toHaveLength(1)
    spool.free(1)
    await waitFor(() => segments().length === 0, { description: 'its segment to go' })
    expect(spool.bytes).toBe(0)
    await spool.record(members('after it'), true)
    expect((await readAll(spooled)).map(({ number, payload }) => [number, payload])).toEqual([[1, 'after it']])
  })

  test('that is used up lets records wait until the API has taken earlier ones', async () => {
    const limits = { limitBytes: 64 * 1024, segmentBytes: 8 * 1024, groupLength: 4096 }
    const spooled = await open({ limits })
    const { spool } = spooled
    const taken: number[] = []
    const all = Array.from({ length: 200 }, (_, index) =>
      spool.record(members(`${index} ${'x'.repeat(1000)}`), true).then(() => taken.push(index)),
    )
    let next = 0
    const lines: Line[] = []
    while (lines.length < all.length) {
      expect(spool.bytes).toBeLessThanOrEqual(limits.limitBytes)
      const batch = await spooled.reader.read({ below: spool.synchronizedNext })
      if (batch === null) {
        await new Promise((resolve) => setImmediate(resolve))
        continue
      }
      // Before the API has acknowledged this, those behind it must wait.
      expect(taken.length).toBeLessThan(next + 100)
      lines.push(...parse(batch.lines))
      next = batch.first + batch.count
      spool.free(next)
    }
    await Promise.all(all)
    expect(lines.map(({ number }) => number)).toEqual(all.map((_, index) => index))
    expect(segments().length).toBeLessThanOrEqual(3)
    await spool.close()
  })

  test('that is used up lets no more wait than memory is set aside for', async () => {
    const { spool } = await open({ limits: { limitBytes: 8192, segmentBytes: 1024, groupLength: 1024, waitingLength: 10_000 } })
    const results = Promise.allSettled(Array.from({ length: 60 }, () => spool.record(members('x'.repeat(1000)), false)))
    setTimeout(() => inBackground(spool.close()), 50)
    const rejected = (await results).filter(({ status }) => status === 'rejected')
    expect(rejected.length).toBeGreaterThan(40)
    expect(rejected.every((one) => (one as PromiseRejectedResult).reason.code === 'recording_unavailable')).toBe(true)
  })

  const [mount, unmount] = ['/usr/bin/mount', '/usr/bin/umount']
  const mayMount = process.getuid?.() === 0 && existsSync(mount)
  test.skipIf(!mayMount)('of a full disk refuses records, and takes them again when there is some', async () => {
    await mkdir(folder())
    execFileSync(mount, ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', folder()])
    try {
      const health: (Error | null)[] = []
      const { spool, reader, cursor } = await open({ onHealth: (error) => health.push(error) })
      let count = 0
      const fill = async (): Promise<void> => {
        for (;;) {
          await spool.record(members('x'.repeat(20_000)), true)
          count += 1
        }
      }
      await expect(fill()).rejects.toMatchObject({ code: 'recording_unavailable', cause: { code: 'ENOSPC' } })
      await expect(spool.record(members('x'.repeat(20_000)), false)).rejects.toMatchObject({ code: 'recording_unavailable' })
      expect(health).toHaveLength(1)
      execFileSync(mount, ['-o', 'remount,size=2m', folder()])
      await spool.record(members('there is space again'), true)
      expect(health.at(-1)).toBeNull()
      const lines = await readAll({ spool, reader, cursor, saveCursor: () => Promise.resolve(), cut: 0 })
      expect(lines).toHaveLength(count + 1)
      expect(lines.at(-1)).toEqual({ number: count, payload: 'there is space again' })
      await spool.close()
      await reader.close()
    } finally {
      execFileSync(unmount, [folder()])
    }
  })
})

describe('a disk that fails', () => {
  const failing = (when: () => boolean): FileCalls => ({
    ...systemFileCalls,
    write: (descriptor, bytes, position) => {
      if (!when()) return systemFileCalls.write(descriptor, bytes, position)
      // Half of it gets there, as with a real disk.
      systemFileCalls.write(descriptor, bytes.subarray(0, bytes.length / 2), position)
      throw Object.assign(new Error('EIO'), { code: 'EIO' })
    },
  })

  test('within a write leaves nothing torn, and numbers have no gap', async () => {
    let broken = false
    const spooled = await open({ calls: failing(() => broken) })
    await spooled.spool.record(members('one'), true)
    broken = true
    await expect(spooled.spool.record(members('lost'), false)).rejects.toMatchObject({ code: 'recording_unavailable' })
    broken = false
    await spooled.spool.record(members('two'), true)
    expect(await readAll(spooled)).toEqual([
      { number: 0, payload: 'one' },
      { number: 1, payload: 'two' },
    ])
    await spooled.spool.close()
  })

  test('within fdatasync ends recording for good', async () => {
    const calls: FileCalls = { ...systemFileCalls, synchronize: (_, done) => setImmediate(() => done(new Error('EIO'))) }
    const { spool } = await open({ calls })
    await expect(spool.record(members('strict'), true)).rejects.toMatchObject({ code: 'recording_unavailable' })
    await expect(spool.record(members('later'), false)).rejects.toMatchObject({ code: 'recording_unavailable' })
    expect(spool.synchronizedNext).toBe(0)
  })
})
