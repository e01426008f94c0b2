/** The logs that this witness knows: verifier keys, one a line, in a file that its operator edits. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type NoteKey, parseNoteKey } from '@sallyport/audit-log'

export const logsFile = (folder: string): string => join(folder, 'logs')

/** Milliseconds before it is asked again whether the file changed: an operator adds a log, or the new key of one. */
const LOOK_AGAIN = 1_000
const MAX_LOGS = 100_000

/** Lines that are empty or begin with `#` are skipped. Throws with the number of a line that is not a key of a log. */
const parseLogs = (text: string): NoteKey[] => {
  const lines = text.split('\n')
  if (lines.length > MAX_LOGS) throw new Error(`there are more than ${MAX_LOGS} lines`)
  return lines.flatMap((line, index) => {
    const vkey = line.trim()
    if (vkey === '' || vkey.startsWith('#')) return []
    try {
      const key = parseNoteKey(vkey)
      if (key.kind !== 'ed25519') throw new Error('This is not the key of a log.')
      return [key]
    } catch (error) {
      throw new Error(`line ${index + 1}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  })
}

const readLogs = async (folder: string): Promise<NoteKey[]> => {
  try {
    return parseLogs(await readFile(logsFile(folder), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** When the file last changed; null without one. */
const changeOf = async (folder: string): Promise<bigint | null> => {
  try {
    return (await stat(logsFile(folder), { bigint: true })).mtimeNs
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Keys of one origin: several while a log changes its key. None: this witness does not know it. */
export type KeysOfLog = (origin: string) => Promise<readonly NoteKey[]>

export const keysOfLogs = async (folder: string, clock: () => number): Promise<KeysOfLog> => {
  let changedAt = await changeOf(folder)
  let known = await readLogs(folder)
  let readAt = clock()
  const find = (origin: string): NoteKey[] => known.filter(({ name }) => name === origin)
  return async (origin) => {
    if (clock() - readAt < LOOK_AGAIN) return find(origin)
    readAt = clock()
    const now = await changeOf(folder)
    if (now !== changedAt) known = await readLogs(folder)
    changedAt = now
    return find(origin)
  }
}
