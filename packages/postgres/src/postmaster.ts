/** One running server process: start, readiness, reload, stop. */
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { program } from './binaries.ts'
import { serverEnvironment } from './environment.ts'
import { PostgresError } from './errors.ts'
import { guard } from './guard.ts'
import type { Layout } from './layout.ts'
import { readPostmasterFile } from './postmaster-file.ts'

const run = promisify(execFile)

const POLL_MS = 10

/** How many of the server's last lines an error quotes. */
const LINES_KEPT = 20

const STOP_MS = 60_000
const KILL_MS = 5_000

export type StopMode = 'fast' | 'immediate'

export interface PostmasterOptions {
  readonly binaries: string
  readonly onLog: (line: string) => void
}

export interface Postmaster {
  readonly pid: number
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>
  readonly hasExited: () => boolean
  /** The last lines that it logged. */
  readonly lastLines: () => string
  readonly reload: () => Promise<void>
  readonly stop: (mode: StopMode) => Promise<void>
}

const signals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const

const windowsControl = (options: PostmasterOptions, layout: Layout, words: string[]): Promise<unknown> =>
  run(program(options.binaries, 'pg_ctl'), [...words, '-D', layout.cluster], { env: serverEnvironment(), windowsHide: true })

/** Resolves to true if the promise does within the time. */
const within = async (promise: Promise<unknown>, timeoutMs: number): Promise<boolean> => {
  const timer = new AbortController()
  const late = pause(timeoutMs, false, { signal: timer.signal, ref: true }).catch(() => false)
  const inTime = await Promise.race([promise.then(() => true), late])
  timer.abort()
  return inTime
}

const unreference = (child: ChildProcess): void => {
  child.unref()
  if (child.stderr instanceof Socket) child.stderr.unref()
}

/** Starts the server in a process group of its own, so that Ctrl-C in a terminal reaches only the program that owns it. */
export const launch = async (layout: Layout, options: PostmasterOptions): Promise<Postmaster> => {
  const isWindows = process.platform === 'win32'
  const child = spawn(program(options.binaries, 'postgres'), ['-D', layout.cluster, '-c', `config_file=${layout.settingsFile}`], {
    ...layout.account,
    cwd: layout.cluster,
    env: serverEnvironment(),
    detached: !isWindows,
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line)
    if (lines.length > LINES_KEPT) lines.shift()
    options.onLog(line)
  })
  await new Promise<void>((settle, fail) => {
    child.once('spawn', settle)
    child.once('error', (cause) => fail(new PostgresError('start_failed', { detail: options.binaries, cause })))
  })
  const pid = child.pid
  if (pid === undefined) throw new PostgresError('start_failed', { detail: options.binaries })
  const release = guard(pid, layout.account)
  const ended = new Promise<void>((settle) =>
    child.once('close', () => {
      release()
      settle()
    }),
  )
  unreference(child)

  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null

  const stop = async (mode: StopMode): Promise<void> => {
    if (hasExited()) return ended
    if (isWindows) await windowsControl(options, layout, ['stop', '-W', '-m', mode])
    else child.kill(signals[mode])
    if (await within(ended, STOP_MS)) return
    child.kill('SIGKILL')
    if (!(await within(ended, KILL_MS))) throw new PostgresError('stop_failed', { detail: `process ${pid}` })
  }

  return {
    pid,
    ended,
    hasExited,
    lastLines: () => lines.join('\n'),
    reload: async () => {
      if (isWindows) await windowsControl(options, layout, ['reload'])
      else child.kill('SIGHUP')
    },
    stop,
  }
}

const startFailure = (postmaster: Postmaster): PostgresError => {
  const detail = postmaster.lastLines()
  return new PostgresError(/could not bind/i.test(detail) ? 'port_taken' : 'start_failed', { detail })
}

/**
 * Waits until the server accepts connections, which it says in postmaster.pid. After an error it may still be running.
 *
 * @throws PostgresError start_failed, port_taken, start_timeout
 */
export const waitUntilReady = async (postmaster: Postmaster, layout: Layout, timeoutMs: number): Promise<void> => {
  const end = performance.now() + timeoutMs
  for (;;) {
    const file = await readPostmasterFile(layout.cluster)
    if (postmaster.hasExited()) {
      await postmaster.ended
      throw startFailure(postmaster)
    }
    if (file?.pid === postmaster.pid && (file.status === 'ready' || file.status === 'standby')) return
    if (performance.now() > end) throw new PostgresError('start_timeout', { detail: postmaster.lastLines() })
    await pause(POLL_MS)
  }
}
