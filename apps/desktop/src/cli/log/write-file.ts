/** Writes a log as one file of JSON lines. */
import { open } from 'node:fs/promises'
import { exportEntryLine, exportHeadLine, exportTileLine } from '@sallyport/audit-log'
import type { Api } from '../agent/api.ts'
import { type LogHead, readEntries, readTiles } from './read-log.ts'

/** Throws when there is a file of this name. */
export const writeFile = async (api: Api, path: string, head: LogHead): Promise<void> => {
  await using file = await open(path, 'wx', 0o600)
  await file.write(exportHeadLine({ checkpoint: head.checkpoint, keys: head.keys, complete: true }))
  for await (const tile of readTiles(api, head.size)) await file.write(exportTileLine(tile))
  for await (const { index, entry } of readEntries(api, head.size)) await file.write(exportEntryLine(index, entry))
}
