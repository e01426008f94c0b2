/**
 * The heads that this witness has cosigned: one file for each log, the newest note with both signatures, and nothing else. A head
 * is on disk before anybody is told of its cosignature.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

export interface Heads {
  /** The note; null when nothing of this log was cosigned. */
  read(origin: string): Promise<string | null>
  /** Runs `work` while no other head of this log is looked at or changed. */
  alone<Result>(origin: string, work: () => Promise<Result>): Promise<Result>
  write(origin: string, note: string): Promise<void>
}

/** Also the name by which heads are served: SHA-256 of the origin, in hex. */
export const originHash = (origin: string): string => createHash('sha256').update(origin).digest('hex')

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export const readHead = async (folder: string, hash: string): Promise<string | null> => {
  try {
    return await readFile(join(folder, 'heads', hash), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

export const openHeads = async (folder: string): Promise<Heads> => {
  const place = join(folder, 'heads')
  await mkdir(place, { recursive: true, mode: 0o700 })
  await syncFolder(folder)
  const turns = new Map<string, Promise<unknown>>()
  return {
    read: (origin) => readHead(folder, originHash(origin)),
    async alone(origin, work) {
      const before = turns.get(origin) ?? Promise.resolve()
      const turn = before.then(work, work)
      const settled = turn.catch(() => undefined)
      turns.set(origin, settled)
      try {
        return await turn
      } finally {
        if (turns.get(origin) === settled) turns.delete(origin)
      }
    },
    async write(origin, note) {
      const path = join(place, originHash(origin))
      const file = await open(`${path}.new`, 'w', 0o600)
      try {
        await file.writeFile(note)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
      await syncFolder(place)
    },
  }
}
