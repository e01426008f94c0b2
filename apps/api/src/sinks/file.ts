/**
 * JSON lines in files that follow one another, for each stream its own: each is named by the number of its first entry, or by that of
 * the entry of the batch that its first record came in, and none is ever rewritten.
 */
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SinkStream } from '@sallyport/protocol/api'
import { z } from 'zod'
import type { Deliver } from './delivery.ts'
import { type Batch, lineOf, type SinkEvent } from './event.ts'

/** Longer than any line: entries are 64 KiB at most, and records a million characters of up to three bytes. */
const TAIL = 4 * 1024 * 1024
const DIGITS = 12
const NEWLINE = 0x0a

const prefixes: Readonly<Record<SinkStream, string>> = { log: 'audit', activity: 'activity' }

const nameOf = (stream: SinkStream, first: number): string => `${prefixes[stream]}-${String(first).padStart(DIGITS, '0')}.jsonl`

const listFiles = async (folder: string, stream: SinkStream): Promise<string[]> =>
  (await readdir(folder)).filter((name) => new RegExp(`^${prefixes[stream]}-\\d{12,}\\.jsonl$`).test(name)).toSorted()

/** Where a line stands: entries by their numbers, and the records of one entry by theirs. */
type Place = readonly [index: number, record: number]

/** Of a record's id, which is its stream and its number. */
const recordNumber = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1))
const placeOf = (event: SinkEvent): Place => [event.index, 'record' in event ? recordNumber(event.record.id) : 0]
const isBehind = ([index, record]: Place, last: Place): boolean => index > last[0] || (index === last[0] && record > last[1])

const line = z.object({ index: z.int().nonnegative(), record: z.object({ id: z.string() }).optional() })

const placeOfLine = (text: string): Place => {
  const { index, record } = line.parse(JSON.parse(text))
  return [index, record === undefined ? 0 : recordNumber(record.id)]
}

/** Cuts off a line that was not written to its end, and returns the place of the last whole one; null when there is none. */
const mend = async (path: string): Promise<Place | null> => {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - TAIL)
    const tail = Buffer.alloc(size - from)
    await file.read(tail, 0, tail.length, from)
    const end = tail.lastIndexOf(NEWLINE) + 1
    if (end === 0 && from > 0) throw new Error('the last line of a file is longer than any line')
    if (end < tail.length) await file.truncate(from + end)
    if (end === 0) return null
    return placeOfLine(tail.subarray(tail.lastIndexOf(NEWLINE, end - 2) + 1, end - 1).toString('utf8'))
  } finally {
    await file.close()
  }
}

const append = async (path: string, events: readonly SinkEvent[]): Promise<void> => {
  const file = await open(path, 'a', 0o600)
  try {
    await file.writeFile(events.map((event) => `${lineOf(event)}\n`).join(''))
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Names of new files are lost with the machine unless their folder is written, too. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What of this batch is not there yet: the program may have been killed after it wrote and before it said so. */
const missing = async (
  folder: string,
  batch: Batch,
): Promise<{ readonly newest: string | null; readonly events: readonly SinkEvent[] }> => {
  const newest = (await listFiles(folder, batch.stream)).at(-1) ?? null
  const last = newest === null ? null : await mend(join(folder, newest))
  return { newest, events: last === null ? batch.events : batch.events.filter((event) => isBehind(placeOf(event), last)) }
}

export const deliverToFile: Deliver<'file'> = async ({ destination, batch }, { folder: root }) => {
  if (root === null) throw new Error('the operator has not said where files go (SALLYPORT_SINK_FOLDER)')
  const folder = join(root, batch.organization, batch.sink)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { newest, events } = await missing(folder, batch)
  if (events.length === 0) return
  const isFull = newest === null || (await stat(join(folder, newest))).size >= destination.maxBytes
  await append(join(folder, isFull ? nameOf(batch.stream, events[0]!.index) : newest), events)
  if (!isFull) return
  await syncFolder(folder)
  const { keepFiles } = destination
  const old = keepFiles === 0 ? [] : (await listFiles(folder, batch.stream)).slice(0, -keepFiles)
  for (const name of old) await rm(join(folder, name), { force: true })
}
