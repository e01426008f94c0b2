/** A real PostgreSQL for one test file, ready in a fraction of a second. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { RunningPostgres, StartOptions } from '@sallyport/postgres'
import { bundledVersion, startPostgres } from '@sallyport/postgres'
import { freePort } from './free-port.ts'
import { makeTemporaryDirectory } from './temporary-directory.ts'

const run = promisify(execFile)

/** Nothing in a test survives a power loss anyway; crashes of processes lose nothing even so. */
const fastSettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } as const

/** What a copy of a stopped data folder needs; the rest is written anew at each start. */
const partsToCopy = ['cluster', 'superuser-password']

const cacheFolder = fileURLToPath(new URL('../../../node_modules/.cache/sallyport-testkit/', import.meta.url))

/** Keeps owners and permissions, as PostgreSQL wants them. */
const copyFolder = async (from: string, to: string): Promise<void> => {
  for (const part of partsToCopy) {
    const [source, target] = [join(from, part), join(to, part)]
    if (process.platform === 'win32') await cp(source, target, { recursive: true })
    else await run('cp', ['-a', source, target])
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const makeTemplate = async (template: string): Promise<void> => {
  const work = await makeTemporaryDirectory()
  try {
    const dataDirectory = join(work.path, 'data')
    await (await startPostgres({ dataDirectory, settings: fastSettings })).stop()
    await mkdir(dirname(template), { recursive: true })
    const partial = await mkdtemp(`${template}-partial-`)
    await copyFolder(dataDirectory, partial)
    try {
      await rename(partial, template)
    } catch (error) {
      await rm(partial, { recursive: true, force: true })
      if (!(await exists(template))) throw error
    }
  } finally {
    await work.remove()
  }
}

/** Codes of a checkout that this account may not write to. */
const readOnly = ['EACCES', 'EPERM', 'EROFS']

/** null: nothing can be kept between runs here. */
const templateFor = async (): Promise<string | null> => {
  const template = join(cacheFolder, `cluster-${await bundledVersion()}-user-${process.getuid?.() ?? 'any'}`)
  try {
    if (!(await exists(template))) await makeTemplate(template)
    return template
  } catch (error) {
    if (readOnly.includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

export interface TemporaryPostgresOptions extends Omit<StartOptions, 'dataDirectory' | 'runAs'> {
  /** Begins with a copy of what `keep` left in this folder. */
  readonly from?: string
  /** An empty folder for it, such as a disk of its own; whoever made it removes it. */
  readonly folder?: string
}

interface TemporaryPostgres extends RunningPostgres {
  /** Stops the server, and leaves what it holds in a folder. */
  keep(folder: string): Promise<void>
  /** Ends it as a crash does, unless it has ended. */
  crash(): Promise<void>
  /** Starts it again where it was. */
  again(): Promise<void>
}

/**
 * Starts PostgreSQL on an empty cluster in a temporary folder, which `stop` removes. The cluster is a copy of one that is
 * made once for all tests (initdb takes a second), unless other binaries are given. Does not sync to disk by default.
 */
export const temporaryPostgres = async ({
  from,
  folder,
  ...options
}: TemporaryPostgresOptions = {}): Promise<TemporaryPostgres> => {
  const directory = folder === undefined ? await makeTemporaryDirectory() : { path: folder, remove: () => Promise.resolve() }
  try {
    const template = from ?? (options.binaries === undefined ? await templateFor() : null)
    if (template !== null) await copyFolder(template, directory.path)
    const settings = { ...fastSettings, ...options.settings }
    const port = options.port === 0 ? await freePort() : (options.port ?? null)
    const start = () => startPostgres({ ...options, port, settings, dataDirectory: directory.path })
    let postgres = await start()
    return {
      ...postgres,
      get pid() {
        return postgres.pid
      },
      get ended() {
        return postgres.ended
      },
      reload: (changes) => postgres.reload(changes),
      stop: async (how) => {
        await postgres.stop(how)
        await directory.remove()
      },
      keep: async (kept) => {
        await postgres.stop()
        await mkdir(kept, { recursive: true })
        await copyFolder(directory.path, kept)
        await directory.remove()
      },
      crash: () => postgres.stop({ mode: 'immediate' }),
      again: async () => {
        postgres = await start()
      },
    }
  } catch (error) {
    await directory.remove()
    throw error
  }
}
