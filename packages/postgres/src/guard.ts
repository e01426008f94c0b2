/** Sees to it that the server does not outlive the process that started it. */
import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Account } from './account.ts'

/**
 * Waits for a line or the end of its input, which is a pipe from us. A line means that the server is gone already; the end
 * without a line means that we are, however we ended, and that the server is to shut down (fast).
 */
const script = `trap '' INT TERM HUP; read -r line || kill -INT "$1"`

/**
 * Watches over a server. The returned function ends the watch; call it when the server has ended. On Windows, which has
 * no signals, only an orderly exit of this process ends the server.
 */
export const guard = (pid: number, account: Account | null): (() => void) => {
  if (process.platform === 'win32') {
    const end = (): void => void process.kill(pid)
    process.once('exit', end)
    return () => void process.removeListener('exit', end)
  }
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    ...account,
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.on('error', () => undefined)
  watcher.stdin.on('error', () => undefined)
  watcher.unref()
  if (watcher.stdin instanceof Socket) watcher.stdin.unref()
  return () => void watcher.stdin.end('\n')
}
