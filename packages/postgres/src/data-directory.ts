/** Where to keep a database when the place one would like may be out of reach for the account that runs it. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { blockedAt, chooseAccount } from './account.ts'

/** The place for the data of services (Filesystem Hierarchy Standard 3.0 §5.8). Only root ever needs it here. */
const SERVICE_DATA = '/var/lib/sallyport'

const nearestExisting = (path: string): string => (existsSync(path) ? path : nearestExisting(dirname(path)))

export interface DataDirectoryOptions {
  /** As in `startPostgres`. */
  readonly runAs?: string
}

/**
 * `preferred` if the account that runs PostgreSQL can reach it, else a folder below /var/lib/sallyport that is always the
 * same for the same `preferred`. They differ only for root, for example in a checkout below root's home. Creates nothing.
 *
 * @throws PostgresError no_unprivileged_account
 */
export const reachableDataDirectory = async (preferred: string, options: DataDirectoryOptions = {}): Promise<string> => {
  const path = resolve(preferred)
  const account = await chooseAccount(join(path, 'cluster'), options.runAs)
  const above = nearestExisting(dirname(path))
  if ((await blockedAt(above, account)) === null) return path
  return join(SERVICE_DATA, createHash('sha256').update(path).digest('hex').slice(0, 16))
}
