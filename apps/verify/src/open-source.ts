import { stat } from 'node:fs/promises'
import { fileSource } from './file-source.ts'
import { folderSource } from './folder-source.ts'
import type { LogSource } from './source.ts'

/** A folder or a file. Throws `Unreadable`. */
export const openSource = async (path: string): Promise<LogSource> =>
  (await stat(path)).isDirectory() ? folderSource(path) : fileSource(path)
