/**
 * One agent per profile. The lock is SQLite's on an empty file: a lock of the operating system on Linux, macOS and Windows, which
 * ends with the process however it ends, so that it is never stale. Node offers no other such lock.
 */
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { SallyportError } from '@sallyport/protocol'

/** SQLITE_BUSY: somebody else holds the lock. https://sqlite.org/rescode.html */
const BUSY = 5

/** Takes the lock or fails at once; the returned function gives it back. Throws `agent_running`. */
export const takeProfileLock = (path: string): (() => void) => {
  const database = new DatabaseSync(path)
  try {
    // Nothing is ever written, so there is nothing to roll back.
    database.exec('PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    if (process.platform !== 'win32') chmodSync(path, 0o600)
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY)
      throw new SallyportError('agent_running', { cause: error })
    throw error
  }
  let held = true
  return () => {
    if (held) database.close()
    held = false
  }
}
