/** Writes a log as one file of JSON lines. */
import { type FileHandle, open, rm } from 'node:fs/promises'
import { exportEntryLine, exportHeadLine, exportTileLine } from '@sallyport/audit-log'
import { SallyportError } from '@sallyport/protocol'
import { fileError, isSystemError } from './file-errors.ts'
import { countWritten, type LogToWrite } from './log-to-write.ts'
import { readEntries, readTiles } from './read-log.ts'

/** Nothing stays of a file that could not be finished. Throws `conflict` for a file that is there, `folder_unwritable`, `disk_full`. */
export const writeFile = async (path: string, log: LogToWrite): Promise<void> => {
  try {
    await using file = await open(path, 'wx', 0o600)
    await writeLines(file, log).catch(async (error: unknown) => {
      await rm(path, { force: true })
      throw error
    })
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST')
      throw new SallyportError('conflict', { message: `${path} is there already.`, cause: error })
    throw fileError(error)
  }
}

const writeLines = async (file: FileHandle, { source, head, onWritten }: LogToWrite): Promise<void> => {
  const wrote = countWritten(onWritten)
  const write = async (line: string, entries = 0): Promise<void> => wrote((await file.write(line)).bytesWritten, entries)
  await write(exportHeadLine({ checkpoint: head.checkpoint, keys: head.keys, complete: true }))
  for await (const tile of readTiles(source, head.size)) await write(exportTileLine(tile))
  for await (const { index, entry } of readEntries(source, head.size)) await write(exportEntryLine(index, entry), 1)
}
