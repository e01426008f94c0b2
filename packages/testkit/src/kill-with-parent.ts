/** Sees to it that no program of a test outlives the test, not even one whose runner was killed. */
import { spawn } from 'node:child_process'
import { Socket } from 'node:net'

/** Not `kill -KILL --`, which dash refuses. Waits for a line, which means that the program is gone, or for the end of its input, which means that we are. */
const script = `trap '' INT TERM HUP; read -r line || kill -s KILL -- "-$1"`

/**
 * Kills a process and its group (which it must lead) when this process ends, however. Call the returned function when the
 * program has ended. On Windows, which has no signals, only an orderly exit of this process does it.
 */
export const killWithParent = (pid: number): (() => void) => {
  if (pid < 2) return () => undefined
  if (process.platform === 'win32') {
    const end = (): void => void process.kill(pid)
    process.once('exit', end)
    return () => void process.removeListener('exit', end)
  }
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
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
