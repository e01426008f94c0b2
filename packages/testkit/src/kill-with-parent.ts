/** Sees to it that no program of a test outlives the test, not even one whose runner was killed. */
import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'

/**
 * Reads `+pid` and `-pid`, line by line: a program began, a program is gone. The end of its input means that we are gone; what
 * is left then is killed. Not `kill -KILL --`, which dash refuses.
 */
const script = `trap '' INT TERM HUP
left=' '
while read -r line; do
  pid="\${line#?}"
  case "$line" in
    +*) left="$left$pid " ;;
    *) left="\${left%% $pid *} \${left#* $pid }" ;;
  esac
done
for pid in $left; do kill -s KILL -- "-$pid"; done`

/** One for all programs of this process. */
let watcher: Writable | null = null

const startWatcher = (): Writable => {
  const child = spawn('/bin/sh', ['-c', script], { cwd: '/', env: {}, detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  child.unref()
  if (child.stdin instanceof Socket) child.stdin.unref()
  return child.stdin
}

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
  watcher ??= startWatcher()
  watcher.write(`+${pid}\n`)
  return () => void watcher?.write(`-${pid}\n`)
}
