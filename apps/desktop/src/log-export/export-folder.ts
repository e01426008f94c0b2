/** Where an export goes: a new folder, or an empty one. */
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import { fileError } from './file-errors.ts'

/** What an export puts there. */
const PARTS = ['tile', 'log.json', 'checkpoint'] as const

export interface ExportFolder {
  readonly path: string
  /** Takes away what was written there, and the folder too if it was made here. */
  discard(): Promise<void>
}

/** A folder that is made here only this account may read. Throws `folder_not_empty`, `folder_unwritable`, `disk_full`. */
export const openFolder = async (path: string): Promise<ExportFolder> => {
  try {
    const made = await mkdir(path, { recursive: true, mode: 0o700 })
    if ((await readdir(path)).length > 0) throw new SallyportError('folder_not_empty')
    const discard = async (): Promise<void> => {
      for (const part of PARTS) await rm(join(path, part), { recursive: true, force: true })
      if (made !== undefined) await rmdir(path)
    }
    // What kept it from being written may keep it from being taken away.
    return { path, discard: () => discard().catch(() => {}) }
  } catch (error) {
    throw fileError(error)
  }
}
