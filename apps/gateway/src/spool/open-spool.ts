/** Opens the spool of a state folder: key, cursor, recovery. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { makePrivateFolder, readTextUpTo, replacePrivateFile } from '@sallyport/program'
import { BatchReader } from './batch-reader.ts'
import { type Cursor, loadCursor, newCursor, saveCursor } from './cursor.ts'
import { SPOOL_KEY_LENGTH } from './format.ts'
import { recover, SpoolDamagedError } from './recovery.ts'
import { listSegments } from './segment-files.ts'
import type { FileCalls } from './segment-writer.ts'
import { Spool, type SpoolLimits } from './spool.ts'

/** Bytes; what is written here is far shorter. */
const MAX_FILE = 1024

export interface OpenSpoolOptions {
  readonly folder: string
  /** 32 bytes in base64url, 0600; made when it is missing. Outside of the folder, so that a copy of the spool alone is unreadable. */
  readonly keyFile: string
  readonly limits: SpoolLimits
  readonly calls?: FileCalls
  readonly onHealth?: (error: Error | null) => void
}

export interface OpenedSpool {
  readonly spool: Spool
  readonly reader: BatchReader
  readonly cursor: Cursor
  readonly saveCursor: (cursor: Cursor) => Promise<void>
  /** Bytes of a torn write that were cut off. */
  readonly cut: number
}

const loadKey = async (path: string): Promise<Buffer> => {
  const text = await readTextUpTo(path, MAX_FILE)
  if (text !== null) {
    const key = Buffer.from(text.trim(), 'base64url')
    if (key.length !== SPOOL_KEY_LENGTH) throw new SpoolDamagedError(`${path} is not a key.`)
    return key
  }
  const key = randomBytes(SPOOL_KEY_LENGTH)
  await replacePrivateFile(path, key.toString('base64url'))
  return key
}

const digestOfKey = (key: Buffer): string => createHash('sha256').update('sallyport spool key').update(key).digest('base64url')

/** Throws SpoolDamagedError, or what the system says. */
export const openSpool = async (options: OpenSpoolOptions): Promise<OpenedSpool> => {
  const { folder, keyFile, limits } = options
  await makePrivateFolder(folder)
  const cursorPath = join(folder, 'cursor.json')
  const known = await loadCursor(cursorPath)
  if (known === null && listSegments(folder).length > 0) throw new SpoolDamagedError(`${cursorPath} is missing.`)
  const spoolKey = await loadKey(keyFile)
  const cursor = known ?? newCursor(randomUUID(), digestOfKey(spoolKey))
  if (known === null) await saveCursor(cursorPath, cursor)
  else if (known.key !== digestOfKey(spoolKey)) throw new SpoolDamagedError(`${keyFile} is not the key of this spool.`)
  const recovered = await recover(folder, { spoolKey, cursor })
  const spool = new Spool({
    folder,
    stream: cursor.stream,
    spoolKey,
    recovered,
    limits,
    ...(options.calls ? { calls: options.calls } : {}),
    ...(options.onHealth ? { onHealth: options.onHealth } : {}),
  })
  const reader = new BatchReader(folder, spoolKey, cursor.next)
  return { spool, reader, cursor, saveCursor: (next) => saveCursor(cursorPath, next), cut: recovered.cut }
}
