/** Writes a log as a folder in the layout of C2SP tlog-tiles. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { encodeEntryBundle, TILE_WIDTH, tilePath, tileWidth } from '@sallyport/audit-log'
import type { ExportFolder } from './export-folder.ts'
import { fileError } from './file-errors.ts'
import { countWritten, type LogToWrite } from './log-to-write.ts'
import { readEntries, readTiles } from './read-log.ts'

/** Nothing stays of an export that could not be finished. Throws `folder_unwritable` and `disk_full`. */
export const writeFolder = async (folder: ExportFolder, log: LogToWrite): Promise<void> => {
  try {
    await writeParts(folder.path, log)
  } catch (error) {
    await folder.discard()
    throw fileError(error)
  }
}

/** The head comes last: a folder without one is not finished. */
const writeParts = async (folder: string, { source, head, onWritten }: LogToWrite): Promise<void> => {
  const wrote = countWritten(onWritten)
  const put = async (path: string, bytes: Uint8Array | string, entries = 0): Promise<void> => {
    const place = join(folder, path)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, bytes)
    wrote(bytes.length, entries)
  }
  for await (const tile of readTiles(source, head.size)) await put(tilePath(tile), tile.hashes)
  let bundle: Uint8Array[] = []
  for await (const { index, entry } of readEntries(source, head.size)) {
    bundle.push(Buffer.from(entry))
    const place = Math.floor(index / TILE_WIDTH)
    const width = tileWidth({ level: 0, index: place }, head.size)
    if (bundle.length < width) continue
    await put(tilePath({ level: 'entries', index: place, width }), encodeEntryBundle(bundle), bundle.length)
    bundle = []
  }
  await put('log.json', `${JSON.stringify({ origin: head.origin, keys: head.keys }, null, 2)}\n`)
  await put('checkpoint', head.checkpoint)
}
