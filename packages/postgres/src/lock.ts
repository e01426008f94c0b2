/**
 * One process at a time per data folder. The lock is SQLite's on an empty file: an operating system lock on Linux, macOS
 * and Windows, which ends with the process however it ends, so that it is never stale. Node offers no other such lock.
 */
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { PostgresError } from './errors.ts'

/** SQLITE_BUSY: somebody else holds the lock. https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5

const isBusy = (error: unknown): boolean => error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY

/**
 * Takes the lock or fails at once. The returned function gives it back.
 *
 * @throws PostgresError already_running
 */
export const takeLock = (path: string): (() => void) => {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    if (process.platform !== 'win32') chmodSync(path, 0o600)
  } catch (error) {
    database.close()
    if (isBusy(error)) throw new PostgresError('already_running', { detail: path, cause: error })
    throw error
  }
  let held = true
  return () => {
    if (held) database.close()
    held = false
  }
}
