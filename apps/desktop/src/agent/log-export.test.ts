import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { decodeEntryBundle, formatCheckpoint, formatNote, formatNoteKey, noteKey } from '@sallyport/audit-log'
import { SallyportError, toBase64url } from '@sallyport/protocol'
import type { LogState } from '@sallyport/protocol/api'
import { makeTemporaryDirectory, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fileError } from '../log-export/file-errors.ts'
import { folderAt, LogExporter } from './log-export.ts'
import type { RunningSession } from './session/running-session.ts'

const SIZE = 300
const ORIGIN = 'log.example/acme'
const [older, newer] = [1, 2].map((byte) => noteKey(ORIGIN, 'ed25519', Buffer.alloc(32, byte))) as [
  ReturnType<typeof noteKey>,
  ReturnType<typeof noteKey>,
]
const checkpoint = formatNote({
  text: formatCheckpoint({ origin: ORIGIN, size: SIZE, root: Buffer.alloc(32, 7), extensions: [] }),
  signatures: [{ name: ORIGIN, id: older.id, signature: Buffer.alloc(64) }],
})
const log: LogState = {
  origin: ORIGIN,
  keys: [formatNoteKey(newer), formatNoteKey(older)],
  size: SIZE,
  checkpoint: { size: SIZE, note: checkpoint, signedAt: '2026-11-22T14:05:00.000Z' },
  witnessed: null,
  quorum: 0,
  witnesses: [],
  problem: null,
}

let folder: TemporaryDirectory
let place: string
let places = 0
let over: AbortController
let asked: string[]
/** What keeps the API from answering a route. */
let held: (route: string) => Promise<void>
let exporter: LogExporter

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
})
afterAll(() => folder.remove())
beforeEach(() => {
  place = join(folder.path, `export-${++places}`)
  over = new AbortController()
  asked = []
  held = async () => {}
  const call = async (route: string, input?: { query: { start: number; limit: number; width: number } }) => {
    asked.push(route)
    await held(route)
    if (route === 'beginLogExport') return log
    if (route === 'getLogTile') return { hashes: toBase64url(Buffer.alloc(32 * input!.query.width)) }
    const { start, limit } = input!.query
    return { start, entries: Array.from({ length: limit }, (_, at) => JSON.stringify({ number: start + at })) }
  }
  const session = { call, signal: over.signal } as unknown as RunningSession
  exporter = new LogExporter({ keeper: { require: () => session }, logger: pino({ level: 'silent' }), onChange: () => {} })
})

const reached = (state: string) =>
  waitFor(() => Promise.resolve(exporter.current?.state === state || undefined), { description: state })
test('the log is written whole, its head last, and told with the key that signed that head', async () => {
  const begun = await exporter.begin(place)
  expect(begun).toMatchObject({ folder: place, state: 'running', size: SIZE, key: formatNoteKey(older) })
  await reached('done')
  expect(exporter.current).toMatchObject({ entries: SIZE, error: null })
  expect(await readFile(join(place, 'checkpoint'), 'utf8')).toBe(checkpoint)
  const entries = decodeEntryBundle(await readFile(join(place, 'tile', 'entries', '001.p', '44')))
  expect(Buffer.from(entries[43]!).toString()).toBe('{"number":299}')
})

test('while the API is away it waits, says so, and then goes on where it was', async () => {
  const back = Promise.withResolvers<void>()
  let away = 1
  held = async (route) => {
    if (route !== 'readLogEntries') return
    if (away-- > 0) throw new SallyportError('api_unreachable')
    await back.promise
  }
  await exporter.begin(place)
  await reached('waiting')
  expect(exporter.current?.error).toMatchObject({ code: 'api_unreachable' })
  back.resolve()
  await reached('done')
  expect(asked.filter((route) => route === 'beginLogExport')).toHaveLength(1)
})

test('a folder with something in it is refused before anything is said in the log', async () => {
  await mkdir(place)
  await writeFile(join(place, 'mine.txt'), 'mine')
  await expect(exporter.begin(place)).rejects.toMatchObject({ code: 'folder_not_empty' })
  await expect(exporter.begin(join(place, 'mine.txt', 'below'))).rejects.toMatchObject({ code: 'folder_unwritable' })
  expect(asked).toEqual([])
  expect(await readdir(place)).toEqual(['mine.txt'])
})

test('a cancelled export leaves nothing, and another may begin', async () => {
  held = async (route) => {
    if (route === 'readLogEntries') throw new SallyportError('log_unavailable')
  }
  await exporter.begin(place)
  await expect(exporter.begin(`${place}-b`)).rejects.toMatchObject({ code: 'conflict' })
  await reached('waiting')
  await exporter.cancel()
  expect(exporter.current).toMatchObject({ state: 'cancelled' })
  expect(await readdir(folder.path)).not.toContain(`export-${places}`)
  held = async () => {}
  await exporter.begin(place)
  await reached('done')
})

test('with the session it ends, and an empty folder of the person stays', async () => {
  await mkdir(place)
  held = async (route) => {
    if (route === 'readLogEntries') throw new SallyportError('api_unreachable')
  }
  await exporter.begin(place)
  await reached('waiting')
  over.abort(new SallyportError('session_revoked'))
  await reached('failed')
  expect(exporter.current?.error).toMatchObject({ code: 'session_revoked' })
  expect(await readdir(place)).toEqual([])
})

test('what may not be read ends it with the reason', async () => {
  held = async (route) => {
    if (route === 'getLogTile') throw new SallyportError('forbidden')
  }
  await exporter.begin(place)
  await reached('failed')
  expect(exporter.current?.error).toMatchObject({ code: 'forbidden' })
})

test('a full disk is told from a folder that may not be written', () => {
  const failed = (code: string) => fileError(Object.assign(new Error('no'), { code, syscall: 'write' }))
  expect(failed('ENOSPC')).toMatchObject({ code: 'disk_full' })
  expect(failed('EACCES')).toMatchObject({ code: 'folder_unwritable' })
  expect(failed('EROFS')).toMatchObject({ code: 'folder_unwritable' })
})

test('a typed place is a whole path of this computer', () => {
  expect(folderAt('~/audit')).toBe(join(homedir(), 'audit'))
  for (const typed of ['audit', './audit', '~ada/audit', '', '/tmp/a\0b'])
    expect(() => folderAt(typed)).toThrow('Write the whole path of a folder')
})
