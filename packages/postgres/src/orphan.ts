/** A server whose starter was killed goes on running: it is stopped before a new one starts. */
import { PostgresError } from './errors.ts'
import { disownPostmasterFile, readPostmasterFile } from './postmaster-file.ts'
import { isAlive, servesCluster, waitUntilGone } from './processes.ts'

/**
 * How it is asked to stop, more and more urgently: fast shutdown, immediate shutdown (recovers from its log at the next
 * start), kill. https://www.postgresql.org/docs/18/server-shutdown.html
 */
const steps = [
  { signal: 'SIGINT', waitMs: 20_000 },
  { signal: 'SIGQUIT', waitMs: 10_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const

const stopProcess = async (pid: number): Promise<void> => {
  for (const { signal, waitMs } of steps) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
      throw new PostgresError('orphan_unstoppable', { detail: `process ${pid}`, cause: error })
    }
    if (await waitUntilGone(pid, waitMs)) return
  }
  throw new PostgresError('orphan_unstoppable', { detail: `process ${pid}` })
}

/**
 * Stops the server that an earlier owner left on this cluster, after checking that the recorded process is really one.
 * Call it with the lock held: then nobody else can be its owner.
 *
 * @param onFound called before it is stopped, with its process id
 * @throws PostgresError orphan_unstoppable
 */
export const stopOrphan = async (cluster: string, onFound: (pid: number) => void): Promise<void> => {
  const file = await readPostmasterFile(cluster)
  if (file === null || !(await isAlive(file.pid))) return
  if (await servesCluster(file.pid, cluster)) {
    onFound(file.pid)
    await stopProcess(file.pid)
  }
  if ((await readPostmasterFile(cluster)) !== null) await disownPostmasterFile(cluster)
}
