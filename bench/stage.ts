/** Everything a run measures: both ends, and between them the paths, each started when it is first needed. */
import { join } from 'node:path'
import { makeTemporaryDirectory } from '@sallyport/testkit'
import { startBenchDatabase } from './bench-database.ts'
import type { RoundTrip } from './measurements/measurement.ts'
import { startDirect, startDirectTls } from './paths/direct.ts'
import { startHaproxy } from './paths/haproxy.ts'
import {
  type DatabaseAccess,
  type Ends,
  isSallyport,
  type Link,
  noLink,
  type Path,
  type PathName,
  type SallyportPathName,
  type StartPath,
} from './paths/path.ts'
import { startPgbouncer } from './paths/pgbouncer.ts'
import { startRaw } from './paths/raw.ts'
import type { SallyportSystem } from './paths/sallyport.ts'
import { startSsh } from './paths/ssh.ts'
import { startStunnel } from './paths/stunnel.ts'
import { startByteServer, startSlowLink } from './traffic/programs.ts'

const starters: Readonly<Record<Exclude<PathName, SallyportPathName>, StartPath>> = {
  'direct': startDirect,
  'direct-tls': startDirectTls,
  'ssh': startSsh,
  'stunnel': startStunnel,
  'haproxy': startHaproxy,
  'pgbouncer': startPgbouncer,
  'raw': startRaw,
}

export interface Stage {
  /** Absolute path of a file for what is loaded. */
  readonly loadFile: string
  /** Throws when the path cannot run; the message says why. Without `roundTrip`: on loopback. */
  open(name: PathName, roundTrip?: RoundTrip): Promise<Path>
  /** Ends one path, with its link. */
  close(path: Path): Promise<void>
  stop(): Promise<void>
}

type Stop = () => Promise<unknown>

/** `names`: the paths that may be opened. */
export const setStage = async (names: readonly PathName[]): Promise<Stage> => {
  const stops: Stop[] = []
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    const folder = await makeTemporaryDirectory()
    stops.push(() => folder.remove())
    const database = async (tls: boolean): Promise<DatabaseAccess> => {
      const started = await startBenchDatabase({ tls })
      stops.push(() => started.stop())
      return started.access
    }
    const plain = await database(false)
    const needsTls = names.some((name) => name === 'direct-tls' || name === 'sallyport-tls')
    const tls = needsTls ? await database(true) : null
    const bytes = await startByteServer()
    stops.push(() => bytes.program.stop())
    const ends: Ends = { plain, tls, bytes: bytes.port, folder: folder.path }
    return { loadFile: join(folder.path, 'load'), ...keepPaths(ends, stops), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const keepPaths = (ends: Ends, stops: Stop[]): Pick<Stage, 'open' | 'close'> => {
  const links = new Map<Path, readonly Stop[]>()
  let sallyport: Promise<SallyportSystem> | null = null

  const system = (): Promise<SallyportSystem> => {
    sallyport ??= import('./paths/sallyport.ts')
      .then(({ startSallyport }) => startSallyport())
      .then((running) => {
        stops.push(() => running.stop())
        return running
      })
    return sallyport
  }

  const start = async (name: PathName, link: Link): Promise<Path> => {
    if (isSallyport(name)) return (await system()).startPath(name, ends, link)
    return starters[name](ends, link)
  }

  return {
    open: async (name, roundTrip) => {
      const ours: Stop[] = []
      const slow = async (port: number, quality: RoundTrip): Promise<number> => {
        const link = await startSlowLink(port, quality)
        ours.push(() => link.program.stop())
        return link.port
      }
      try {
        const path = await start(name, roundTrip === undefined ? noLink : (port) => slow(port, roundTrip))
        ours.unshift(() => path.stop())
        links.set(path, ours)
        stops.push(...ours.toReversed())
        return path
      } catch (error) {
        for (const end of ours) await end()
        throw error
      }
    },
    close: async (path) => {
      for (const end of links.get(path) ?? []) {
        stops.splice(stops.indexOf(end), 1)
        await end()
      }
      links.delete(path)
    },
  }
}
