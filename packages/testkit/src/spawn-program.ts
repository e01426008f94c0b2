/** Real child processes with captured output. */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { killWithParent } from './kill-with-parent.ts'

/** Lines kept per program, so that a talkative one cannot fill the memory. */
const MAX_LINES = 20_000

/** Lines that an error quotes. */
const LINES_QUOTED = 60

const STOP_MS = 60_000
const isWindows = process.platform === 'win32'

export interface ProgramOptions {
  readonly command: string
  readonly args?: readonly string[]
  /** The whole environment; default: that of this process. */
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** What errors call it; default: the command. */
  readonly name?: string
}

export interface Exit {
  /** null if a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Program {
  readonly pid: number
  readonly stdin: Writable
  /** Both outputs so far, line by line in the order of arrival. */
  readonly lines: readonly string[]
  /** Resolves when it has ended and its output is read to the end. */
  readonly exited: Promise<Exit>
  /**
   * The match of the first line, past or future, that matches. Rejects with the output when the program ends without it
   * or the time (default 30 s) is over.
   */
  waitForLine(pattern: RegExp, options?: { readonly timeoutMs?: number }): Promise<RegExpExecArray>
  /** Sends a signal to the program alone. */
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, after a minute SIGKILL, to the program and what it started; resolves when it has ended. */
  stop(): Promise<Exit>
  /** The last lines of output, for the message of a failing test. */
  describe(): string
}

const signalGroup = (child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void => {
  try {
    if (isWindows || child.pid === undefined) child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const readLines = (child: ChildProcessWithoutNullStreams, onLine: (line: string) => void): Promise<unknown> =>
  Promise.all(
    [child.stdout, child.stderr].map(
      (input) => new Promise<void>((settle) => createInterface({ input }).on('line', onLine).once('close', settle)),
    ),
  )

/** Starts a program in a process group of its own. It is killed, with what it started, when this process ends in any way. */
export const spawnProgram = async (options: ProgramOptions): Promise<Program> => {
  const name = options.name ?? options.command
  const child = spawn(options.command, options.args ?? [], {
    env: options.env ?? process.env,
    cwd: options.cwd,
    detached: !isWindows,
    windowsHide: true,
  })
  child.stdin.on('error', () => undefined)
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  const read = readLines(child, (line) => {
    if (lines.length < MAX_LINES) lines.push(line)
    for (const listener of listeners) listener(line)
  })
  const ended = new Promise<Exit>((settle) => child.once('exit', (code, signal) => settle({ code, signal })))
  await new Promise((settle, fail) => child.once('spawn', () => settle(null)).once('error', fail))
  const pid = child.pid ?? 0
  const release = killWithParent(pid)
  const exited = ended.then(async (exit) => {
    await read
    release()
    return exit
  })
  const describe = (): string => `--- output of ${name} ---\n${lines.slice(-LINES_QUOTED).join('\n')}`

  const waitForLine: Program['waitForLine'] = (pattern, { timeoutMs = 30_000 } = {}) =>
    new Promise((settle, reject) => {
      const finish = (): void => {
        clearTimeout(timer)
        listeners.delete(look)
      }
      const look = (line: string): boolean => {
        const match = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(line)
        if (match === null) return false
        finish()
        settle(match)
        return true
      }
      const giveUp = (why: string): void => {
        finish()
        reject(new Error(`${name} ${why} without a line like ${String(pattern)}\n${describe()}`))
      }
      // Where this process was busy for that long, what the program wrote meanwhile is read first.
      const timer = setTimeout(() => setImmediate(() => giveUp(`ran ${timeoutMs} ms`)), timeoutMs)
      if (lines.some(look)) return
      listeners.add(look)
      void exited.then(({ code, signal }) => giveUp(`ended (${signal ?? code})`))
    })

  return {
    pid,
    stdin: child.stdin,
    lines,
    exited,
    waitForLine,
    describe,
    kill: (signal) => void child.kill(signal),
    stop: async () => {
      signalGroup(child, 'SIGTERM')
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_MS)
      const exit = await exited
      clearTimeout(timer)
      return exit
    },
  }
}
