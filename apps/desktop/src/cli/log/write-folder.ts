/** Writes a log as a folder in the layout of C2SP tlog-tiles. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { encodeEntryBundle, TILE_WIDTH, tilePath, tileWidth } from '@sallyport/audit-log'
import type { Api } from '../agent/api.ts'
import { type LogHead, readEntries, readTiles } from './read-log.ts'

const put = async (path: string, bytes: Uint8Array | string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}

/** The head comes last: a folder without one is not finished. */
export const writeFolder = async (api: Api, folder: string, head: LogHead): Promise<void> => {
  await mkdir(folder, { recursive: true })
  for await (const tile of readTiles(api, head.size)) await put(join(folder, tilePath(tile)), tile.hashes)
  let bundle: Uint8Array[] = []
  for await (const { index, entry } of readEntries(api, head.size)) {
    bundle.push(Buffer.from(entry))
    const place = Math.floor(index / TILE_WIDTH)
    const width = tileWidth({ level: 0, index: place }, head.size)
    if (bundle.length < width) continue
    await put(join(folder, tilePath({ level: 'entries', index: place, width })), encodeEntryBundle(bundle))
    bundle = []
  }
  await put(join(folder, 'log.json'), `${JSON.stringify({ origin: head.origin, keys: head.keys }, null, 2)}\n`)
  await put(join(folder, 'checkpoint'), head.checkpoint)
}
