/**
 * What lies where in a data folder:
 *
 *     cluster/             the database cluster itself (PGDATA), 0700, owned by the account that runs PostgreSQL
 *     run/                 the unix socket, 0700, same owner
 *     binaries-<version>/  a copy of the programs, only where the installed ones cannot be used in place
 *     settings.conf, access.conf, tls/   written anew at each start, readable by that account
 *     superuser-password   0600
 *     lock                 held by the process that runs PostgreSQL on this folder
 *
 * When root starts PostgreSQL, all but cluster/ and run/ stays root's: a taken-over database cannot change its own
 * configuration, nor have root write through a link it planted.
 */
import { chmod, chown, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Account } from './account.ts'
import { blockedAt, chooseAccount } from './account.ts'
import { PostgresError } from './errors.ts'

export interface Layout {
  readonly folder: string
  readonly cluster: string
  readonly settingsFile: string
  readonly accessFile: string
  readonly tlsFolder: string
  readonly passwordFile: string
  readonly lockFile: string
  /** null: PostgreSQL runs as whoever runs this process. */
  readonly account: Account | null
}

/**
 * Longest path of a unix socket in bytes: sun_path is 104 bytes on macOS and the BSDs, 108 on Linux, one for the end; the
 * smaller is used everywhere.
 */
const MAX_SOCKET_PATH_BYTES = 103

const LONGEST_SOCKET_NAME = '.s.PGSQL.65535'

/**
 * Creates the data folder if need be and finds out who will run PostgreSQL in it.
 *
 * @throws PostgresError no_unprivileged_account, data_folder_unreachable
 */
export const prepareLayout = async (dataDirectory: string, runAs: string | undefined): Promise<Layout> => {
  const wanted = resolve(dataDirectory)
  await mkdir(wanted, { recursive: true, mode: 0o700 })
  const folder = await realpath(wanted)
  const cluster = join(folder, 'cluster')
  const account = await chooseAccount(cluster, runAs)
  if (account === null) {
    await chmod(folder, 0o700)
  } else {
    await chown(folder, 0, account.gid)
    await chmod(folder, 0o710)
  }
  const blocked = await blockedAt(folder, account)
  if (blocked !== null) {
    throw new PostgresError('data_folder_unreachable', { detail: `user id ${account?.uid} may not enter ${blocked}` })
  }
  return {
    folder,
    cluster,
    account,
    settingsFile: join(folder, 'settings.conf'),
    accessFile: join(folder, 'access.conf'),
    tlsFolder: join(folder, 'tls'),
    passwordFile: join(folder, 'superuser-password'),
    lockFile: join(folder, 'lock'),
  }
}

/** Makes an empty folder that the account alone may use. */
export const makePrivateFolder = async (path: string, account: Account | null): Promise<void> => {
  await mkdir(path, { recursive: true, mode: 0o700 })
  if (account !== null) await chown(path, account.uid, account.gid)
  await chmod(path, 0o700)
}

/** Writes a file that PostgreSQL may read and nobody but us may write. Replaces what was there. */
export const writeReadableFile = async (path: string, layout: Layout, content: string): Promise<void> => {
  await rm(path, { force: true })
  await writeFile(path, content, { mode: 0o600, flag: 'wx' })
  if (layout.account === null) return
  await chown(path, 0, layout.account.gid)
  await chmod(path, 0o640)
}

export interface SocketFolder {
  readonly path: string
  /** Removes it if it lies outside the data folder; if that fails it stays behind, empty. Never rejects. */
  readonly remove: () => Promise<void>
}

/** The folder of the unix socket: run/ in the data folder, or a short one elsewhere if that path would be too long. */
export const makeSocketFolder = async (layout: Layout): Promise<SocketFolder> => {
  const usual = join(layout.folder, 'run')
  if (Buffer.byteLength(join(usual, LONGEST_SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES) {
    await makePrivateFolder(usual, layout.account)
    return { path: usual, remove: () => Promise.resolve() }
  }
  const path = await mkdtemp(join(tmpdir(), 'sallyport-'))
  await makePrivateFolder(path, layout.account)
  return { path, remove: () => rm(path, { recursive: true, force: true }).catch(() => undefined) }
}
