/** A folder: `checkpoint`, `tile/<level>/…`, `tile/entries/…`, and `log.json` with the keys that came along. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  decodeEntryBundle,
  HASH_SIZE,
  MAX_BUNDLE,
  MAX_NOTE,
  parseCheckpoint,
  parseNote,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from '@sallyport/audit-log'
import { type LogSource, type SourceEntry, Unreadable } from './source.ts'

const readUpTo = async (path: string, limit: number): Promise<Buffer | null> => {
  try {
    const { size } = await stat(path)
    if (size > limit) throw new Unreadable(`${path} is longer than it can be.`)
    return await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

const readKeys = async (folder: string): Promise<readonly string[]> => {
  const text = await readUpTo(join(folder, 'log.json'), MAX_NOTE)
  if (text === null) return []
  const value: unknown = JSON.parse(text.toString('utf8'))
  const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : []
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : []
}

async function* entriesOf(folder: string, size: number): AsyncGenerator<SourceEntry> {
  for (let tile = 0; tile * TILE_WIDTH < size; tile++) {
    const name = { level: 'entries', index: tile, width: tileWidth({ level: 0, index: tile }, size) } as const
    const bundle = await readUpTo(join(folder, tilePath(name)), MAX_BUNDLE)
    if (bundle === null) continue
    for (const [place, bytes] of decodeEntryBundle(bundle).entries())
      yield { index: tile * TILE_WIDTH + place, bytes, proof: null }
  }
}

/** Throws {@link Unreadable} when it has no head. */
export const folderSource = async (folder: string): Promise<LogSource> => {
  const checkpoint = (await readUpTo(join(folder, 'checkpoint'), MAX_NOTE))?.toString('utf8')
  if (checkpoint === undefined) throw new Unreadable(`${folder} holds no checkpoint.`)
  const { size } = parseCheckpoint(parseNote(checkpoint).text)
  return {
    checkpoint,
    keys: await readKeys(folder),
    complete: true,
    readTile: (name) => readUpTo(join(folder, tilePath(name)), TILE_WIDTH * HASH_SIZE),
    entries: () => entriesOf(folder, size),
  }
}
