/** One process at a time does something; the others wait for it. */
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

/** SQLITE_BUSY: somebody else holds the lock. https://sqlite.org/rescode.html */
const BUSY = 5
const POLL_MS = 50

/** null: somebody else holds it. SQLite's lock on an empty file ends with the process that holds it, however that ends. */
const takeLock = (path: string): DatabaseSync | null => {
  const database = new DatabaseSync(path)
  try {
    // Nothing is ever written, so there is nothing to roll back.
    database.exec('PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return null
    throw error
  }
}

/** Does it when nobody else does anything under the same lock, which is a file that need not be there yet. */
export const oneAtATime = async <Result>(lockFile: string, action: () => Promise<Result>): Promise<Result> => {
  let lock = takeLock(lockFile)
  for (; lock === null; lock = takeLock(lockFile)) await pause(POLL_MS)
  try {
    return await action()
  } finally {
    lock.close()
  }
}
