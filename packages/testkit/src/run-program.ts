import { spawn } from 'node:child_process'
import type { ProgramOptions } from './spawn-program.ts'

export interface RunOptions extends ProgramOptions {
  /** Written to its standard input, which is then closed. */
  readonly input?: string | Uint8Array
  /** Killed after this time; default 60 s. */
  readonly timeoutMs?: number
}

export interface Finished {
  /** null if a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, whatever its exit code, and keeps its two outputs apart. */
export const runProgram = ({ command, args = [], input = '', timeoutMs = 60_000, ...rest }: RunOptions): Promise<Finished> =>
  new Promise((settle, fail) => {
    const child = spawn(command, args, { env: rest.env ?? process.env, cwd: rest.cwd, windowsHide: true })
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
    child.stdout.on('data', (chunk: Buffer) => output.stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk))
    child.stdin.on('error', () => undefined)
    child.once('error', (error) => {
      clearTimeout(timer)
      fail(error)
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      settle({ code, stdout: Buffer.concat(output.stdout).toString(), stderr: Buffer.concat(output.stderr).toString() })
    })
    child.stdin.end(input)
  })
