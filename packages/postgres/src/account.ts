/**
 * The account that runs PostgreSQL. PostgreSQL refuses to run as root, so a root parent starts it under another account;
 * anybody else starts it as themselves.
 */
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { PostgresError } from './errors.ts'

const run = promisify(execFile)

export interface Account {
  readonly uid: number
  readonly gid: number
}

/** Accounts tried in this order when root starts a new cluster and names none. */
const usualAccounts = ['postgres', '_postgres', 'nobody']

const runsAsRoot = (): boolean => process.getuid?.() === 0

const lookUp = async (name: string): Promise<Account | null> => {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { uid: Number(uid.stdout.trim()), gid: Number(gid.stdout.trim()) }
  } catch {
    return null
  }
}

const ownerOf = async (path: string): Promise<Account | null> => {
  try {
    const { uid, gid } = await stat(path)
    return uid === 0 ? null : { uid, gid }
  } catch {
    return null
  }
}

/**
 * Whom to run PostgreSQL as; null: as whoever runs this process. For root it is the owner of the existing cluster, else
 * `wanted`, else the first usual account that exists.
 *
 * @throws PostgresError no_unprivileged_account
 */
export const chooseAccount = async (cluster: string, wanted: string | undefined): Promise<Account | null> => {
  if (!runsAsRoot()) return null
  const owner = await ownerOf(cluster)
  if (owner !== null) return owner
  for (const name of wanted === undefined ? usualAccounts : [wanted]) {
    const account = await lookUp(name)
    if (account !== null && account.uid !== 0) return account
  }
  throw new PostgresError('no_unprivileged_account', { detail: `tried ${wanted ?? usualAccounts.join(', ')}` })
}

const ancestors = (folder: string): string[] => {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [...ancestors(parent), folder]
}

const canEnter = async (folder: string, account: Account): Promise<boolean> => {
  try {
    await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { uid: account.uid, gid: account.gid, cwd: '/', env: {} })
    return true
  } catch {
    return false
  }
}

/**
 * The topmost folder on the way to `folder` that the account may not enter; null if it can reach it. Really tries to
 * enter, so access lists count too. `folder` must be absolute.
 */
export const blockedAt = async (folder: string, account: Account | null): Promise<string | null> => {
  if (account === null || (await canEnter(folder, account))) return null
  for (const ancestor of ancestors(folder)) {
    if (!(await canEnter(ancestor, account))) return ancestor
  }
  return folder
}
