/** Creates the database cluster of a new data folder, all or nothing. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from './account.ts'
import { program } from './binaries.ts'
import { serverEnvironment } from './environment.ts'
import { PostgresError } from './errors.ts'
import type { Layout } from './layout.ts'
import { makePrivateFolder } from './layout.ts'

const run = promisify(execFile)

/** The name of the superuser of every cluster made here. */
export const SUPERUSER = 'postgres'

/** From this version on PostgreSQL brings its own UTF-8 collation, which no update of the system can change. */
const FIRST_WITH_BUILTIN_LOCALE = 17

export interface InitializeOptions {
  readonly binaries: string
  readonly major: number
  /** False only where nothing on disk is worth keeping. */
  readonly durable: boolean
}

const localeArguments = (major: number): string[] =>
  major >= FIRST_WITH_BUILTIN_LOCALE ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C']

const writePrivateFile = async (path: string, content: string, owner: Account | null): Promise<void> => {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  if (owner !== null) await chown(path, owner.uid, owner.gid)
}

/**
 * Runs initdb with a fresh random superuser password. The password is on disk before the cluster appears under its name,
 * so a crash in between leaves a folder that the next call begins anew.
 *
 * @throws PostgresError initialization_failed
 */
export const initializeCluster = async (layout: Layout, options: InitializeOptions): Promise<void> => {
  const { account } = layout
  const work = join(layout.folder, 'initializing')
  await rm(work, { recursive: true, force: true })
  await rm(layout.passwordFile, { force: true })
  await makePrivateFolder(work, account)
  const password = randomBytes(24).toString('base64url')
  const handedOver = join(work, 'password')
  await writePrivateFile(handedOver, password, account)
  await writePrivateFile(layout.passwordFile, password, null)
  const cluster = join(work, 'cluster')
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--data-checksums', '--no-instructions']
  try {
    await run(
      program(options.binaries, 'initdb'),
      [
        `--pgdata=${cluster}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${handedOver}`,
        ...flags,
        ...localeArguments(options.major),
        ...(options.durable ? [] : ['--no-sync']),
      ],
      { ...account, cwd: work, env: serverEnvironment(), windowsHide: true },
    )
    await rename(cluster, layout.cluster)
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().slice(-1000) : ''
    throw new PostgresError('initialization_failed', { detail: stderr || layout.folder, cause: error })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * The superuser's password of an initialized folder.
 *
 * @throws PostgresError data_folder_damaged
 */
export const readSuperuserPassword = async (layout: Layout): Promise<string> => {
  try {
    const password = await readFile(layout.passwordFile, 'utf8')
    if (password === '') throw new Error('the file is empty')
    return password
  } catch (error) {
    throw new PostgresError('data_folder_damaged', { detail: layout.passwordFile, cause: error })
  }
}

/**
 * The major version that wrote the cluster; null if there is none yet.
 *
 * @throws PostgresError data_folder_damaged
 */
export const clusterVersion = async (layout: Layout): Promise<number | null> => {
  const file = join(layout.cluster, 'PG_VERSION')
  let text
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const major = Number(text.trim())
  if (!Number.isInteger(major)) throw new PostgresError('data_folder_damaged', { detail: file })
  return major
}
