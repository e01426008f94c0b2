/** What the operating system says about a process by its id. */
import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

const POLL_MS = 10

/** On Linux a process that ended but was never waited for still has an id; it counts as gone. */
const isZombie = async (pid: number): Promise<boolean> => {
  if (process.platform !== 'linux') return false
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8')
    return line.slice(line.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return true
  }
}

/** True if the process is there and has not ended, whoever it belongs to. */
export const isAlive = async (pid: number): Promise<boolean> => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return !(await isZombie(pid))
}

/** Resolves to true as soon as the process is gone, to false if it is still there after the time. */
export const waitUntilGone = async (pid: number, timeoutMs: number): Promise<boolean> => {
  const end = performance.now() + timeoutMs
  while (await isAlive(pid)) {
    if (performance.now() > end) return false
    await pause(POLL_MS)
  }
  return true
}

const commandLine = async (pid: number): Promise<string> => {
  try {
    if (process.platform === 'win32') {
      const query = `(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`
      return (await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query], { windowsHide: true })).stdout
    }
    return (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout
  } catch {
    return ''
  }
}

/**
 * True if the process is a PostgreSQL server on this cluster. A process id alone proves nothing: it may long belong to
 * another program. A postmaster works in its data directory and names it on its command line.
 */
export const servesCluster = async (pid: number, cluster: string): Promise<boolean> => {
  if (process.platform !== 'linux') {
    const line = await commandLine(pid)
    return line.includes('postgres') && line.includes(cluster)
  }
  try {
    const [program, folder] = await Promise.all([readlink(`/proc/${pid}/exe`), readlink(`/proc/${pid}/cwd`)])
    return basename(program.replace(/ \(deleted\)$/, '')) === 'postgres' && folder === cluster
  } catch {
    return false
  }
}
