/**
 * postmaster.pid, by which a running server makes itself known. Its lines, as src/include/utils/pidfile.h of PostgreSQL
 * lists them: 1 process id, 2 data directory, 3 start time, 4 port, 5 socket folder, 6 listen address, 7 shared memory
 * key, 8 status.
 */
import { constants } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The file is far smaller; more than this is not a postmaster.pid. */
const MAX_LENGTH = 16 * 1024

export interface PostmasterFile {
  readonly pid: number
  /** `starting`, `ready`, `standby` or `stopping`; empty while the server is still writing the file. */
  readonly status: string
}

/** Reads the text of a postmaster.pid; null if it is not complete or not one. */
export const parsePostmasterFile = (text: string): PostmasterFile | null => {
  const lines = text.slice(0, MAX_LENGTH).split('\n')
  const first = lines[0]?.trim() ?? ''
  const pid = Number(first)
  if (!/^\d{1,10}$/.test(first) || pid < 2) return null
  return { pid, status: lines[7]?.trim() ?? '' }
}

const pathIn = (cluster: string): string => join(cluster, 'postmaster.pid')

/** The file of a cluster; null if there is none, which means that no server runs and the last one stopped in order. */
export const readPostmasterFile = async (cluster: string): Promise<PostmasterFile | null> => {
  try {
    return parsePostmasterFile(await readFile(pathIn(cluster), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/**
 * Tells PostgreSQL that the process named in a left-over file is not a server, by writing this process's id in its place:
 * a server takes its parent's id for a stale one. The file is not deleted, because its shared memory key lets the next
 * server notice back ends that outlived their postmaster, and two sets of them would destroy the data. A link in its place
 * is not followed: the account of the database owns the folder, and we may be root.
 */
export const disownPostmasterFile = async (cluster: string): Promise<void> => {
  const lines = (await readFile(pathIn(cluster), 'utf8')).split('\n')
  lines[0] = String(process.pid)
  const file = await open(pathIn(cluster), constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW)
  try {
    await file.writeFile(lines.join('\n'))
  } finally {
    await file.close()
  }
}
