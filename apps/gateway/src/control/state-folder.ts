/**
 * The gateway's state folder: its key, what it was told when it joined, the trust bundle and the spool. One process at a
 * time; the lock is SQLite's on an empty file, an operating system lock that ends with the process however it ends.
 */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makePrivateFolder } from '@sallyport/program'

export interface StateFolder {
  readonly keyFile: string
  readonly membershipFile: string
  readonly trustFile: string
  readonly spoolFolder: string
  readonly spoolKeyFile: string
  readonly recordingsFolder: string
  /** Gives the folder back. */
  release(): void
}

/** Another process uses the folder. */
export class StateInUseError extends Error {
  constructor(path: string, cause: unknown) {
    super(`Another gateway runs on ${path}. Stop it, or give this one a folder of its own.`, { cause })
    this.name = 'StateInUseError'
  }
}

/** SQLITE_BUSY. https://sqlite.org/rescode.html */
const BUSY = 5

const takeLock = (folder: string): DatabaseSync => {
  const path = join(folder, 'lock')
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    if (process.platform !== 'win32') chmodSync(path, 0o600)
    return database
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) throw new StateInUseError(folder, error)
    throw error
  }
}

/** Throws {@link StateInUseError}. */
export const openStateFolder = async (path: string): Promise<StateFolder> => {
  await makePrivateFolder(path)
  const lock = takeLock(path)
  return {
    keyFile: join(path, 'gateway-key.pem'),
    membershipFile: join(path, 'membership.json'),
    trustFile: join(path, 'trust.json'),
    spoolFolder: join(path, 'spool'),
    spoolKeyFile: join(path, 'spool-key'),
    recordingsFolder: join(path, 'recordings'),
    release: () => lock.close(),
  }
}
