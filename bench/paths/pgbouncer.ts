/** pgbouncer with a server connection for each session, SCRAM on both of its sides. */
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, freePort, runProgram, spawnProgram } from '@sallyport/testkit'
import { awaitPort } from './await-port.ts'
import { PathSkipped, type StartPath } from './path.ts'

/** It refuses to run as root. */
const ACCOUNT = 'nobody'

const numberOf = async (option: '-u' | '-g'): Promise<number> =>
  Number((await runProgram({ command: 'id', args: [option, ACCOUNT] })).stdout)

export const startPgbouncer: StartPath = async (ends, link) => {
  const command = findProgram('pgbouncer')
  if (command === null) throw new PathSkipped('needs pgbouncer')
  const port = await freePort()
  const folder = join(ends.folder, `pgbouncer-${port}`)
  await mkdir(folder, { mode: 0o700 })
  const { host, port: serverPort, database, user, password } = ends.plain
  const configuration = [
    '[databases]',
    `${database} = host=${host} port=${serverPort} dbname=${database}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'pool_mode = session',
    'default_pool_size = 100',
    'max_client_conn = 1000',
    'auth_type = scram-sha-256',
    `auth_file = ${join(folder, 'users')}`,
    'ignore_startup_parameters = extra_float_digits,options',
    'log_connections = 0',
    'log_disconnections = 0',
    '',
  ]
  await writeFile(join(folder, 'settings'), configuration.join('\n'), { mode: 0o600 })
  await writeFile(join(folder, 'users'), `"${user}" "${password}"\n`, { mode: 0o600 })
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    const [owner, group] = [await numberOf('-u'), await numberOf('-g')]
    for (const file of ['.', 'settings', 'users']) await chown(join(folder, file), owner, group)
  }
  const args = [...(isRoot ? ['-u', ACCOUNT] : []), join(folder, 'settings')]
  const program = await spawnProgram({ name: 'pgbouncer', command, args })
  try {
    await awaitPort(port, program)
  } catch (error) {
    await program.stop()
    throw error
  }
  return {
    name: 'pgbouncer',
    bytes: null,
    database: { ...ends.plain, port: await link(port) },
    near: [],
    far: [program.pid],
    stop: async () => void (await program.stop()),
  }
}
