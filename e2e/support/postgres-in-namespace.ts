/** A PostgreSQL in a process id namespace of its own, so that two of them have backends with equal ids, as two machines do. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startPostgres } from '@sallyport/postgres'
import {
  createShop,
  freePort,
  makeAuthority,
  makeTemporaryDirectory,
  resetShopPasswords,
  runProgram,
  SHOP_DATABASE,
  shopAccess,
  type ShopUsers,
  spawnProgram,
} from '@sallyport/testkit'

export interface NamespacedPostgres {
  readonly port: number
  readonly database: string
  readonly caPem: string
  readonly users: ShopUsers
  stop(): Promise<void>
}

/** null where the system lets us; otherwise why it does not. */
export const namespaceRefusal = async (): Promise<string | null> => {
  if (process.platform !== 'linux') return 'runs on Linux'
  const { code } = await runProgram({ command: 'unshare', args: ['--pid', '--fork', 'true'] }).catch(() => ({ code: 1 }))
  return code === 0 ? null : 'needs the right to make process id namespaces'
}

/** Set up as usual, then started again by the same command line inside the namespace. */
export const startNamespacedPostgres = async (): Promise<NamespacedPostgres> => {
  const directory = await makeTemporaryDirectory()
  const dataDirectory = join(directory.path, 'data')
  const authority = await makeAuthority()
  const { cert, key } = await authority.issue({ ipAddresses: ['127.0.0.1'], usages: ['server'] })
  const port = await freePort()
  const tls = { certPem: cert, keyPem: key }
  const usual = await startPostgres({ dataDirectory, port, hba: shopAccess, tls, settings: { fsync: 'off' } })
  await createShop(usual)
  const users = await resetShopPasswords(usual)
  const cluster = join(dataDirectory, 'cluster')
  const commandLine = (await readFile(join(cluster, 'postmaster.opts'), 'utf8')).trim()
  await usual.stop()
  await rm(join(cluster, 'postmaster.pid'), { force: true })
  const owner = (await runProgram({ command: 'stat', args: ['--format=%u %g', cluster] })).stdout.trim().split(' ')
  const program = await spawnProgram({
    name: 'postgres in a namespace',
    command: 'unshare',
    args: [
      ...['--pid', '--fork', '--mount-proc'],
      ...['setpriv', `--reuid=${owner[0]}`, `--regid=${owner[1]}`, '--clear-groups'],
      ...['sh', '-c', `exec ${commandLine}`],
    ],
    cwd: cluster,
  })
  await program.waitForLine(/ready to accept connections/, { timeoutMs: 90_000 })
  return {
    port,
    database: SHOP_DATABASE,
    caPem: authority.ca,
    users,
    stop: async () => {
      // Fast shutdown. To the group: the postmaster changed its user, so that it does not die with its parent.
      process.kill(-program.pid, 'SIGINT')
      await program.exited
      await directory.remove()
    },
  }
}
