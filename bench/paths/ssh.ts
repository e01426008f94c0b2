/** `ssh -L` to an sshd of its own: own keys, own configuration, on loopback. */
import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { findProgram, freePort, runProgram, skipReason, spawnProgram } from '@sallyport/testkit'
import { awaitPort } from './await-port.ts'
import { PathSkipped, type StartPath } from './path.ts'

/** The fastest of OpenSSH's ciphers on machines with AES instructions. */
const CIPHER = 'aes128-gcm@openssh.com'
/** Where Debian's sshd, when root runs it, wants an empty folder. */
const SEPARATION_FOLDER = '/run/sshd'

const makeKey = async (file: string): Promise<void> => {
  const args = ['-q', '-t', 'ed25519', '-N', '', '-f', file]
  const { code, stderr } = await runProgram({ command: 'ssh-keygen', args })
  if (code !== 0) throw new PathSkipped(`ssh-keygen failed: ${stderr}`)
}

const startServer = async (folder: string, port: number) => {
  const configuration = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'user.pub')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'AllowTcpForwarding local',
    'UseDNS no',
  ]
  await writeFile(join(folder, 'sshd_config'), `${configuration.join('\n')}\n`)
  if (process.getuid?.() === 0) await mkdir(SEPARATION_FOLDER, { recursive: true, mode: 0o755 })
  // sshd insists on its full path.
  const args = ['-D', '-e', '-f', join(folder, 'sshd_config')]
  const program = await spawnProgram({ name: 'sshd', command: findProgram('sshd')!, args })
  await program.waitForLine(/Server listening/)
  return program
}

export const startSsh: StartPath = async (ends, link) => {
  const missing = skipReason({ programs: ['ssh', 'sshd', 'ssh-keygen'], platforms: ['linux', 'darwin'] })
  if (missing !== null) throw new PathSkipped(missing)
  const folder = join(ends.folder, `ssh-${await freePort()}`)
  await mkdir(folder, { mode: 0o700 })
  await makeKey(join(folder, 'host'))
  await makeKey(join(folder, 'user'))
  const port = await freePort()
  const server = await startServer(folder, port)
  const [bytes, database] = [await freePort(), await freePort()]
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${join(folder, 'known_hosts')}`,
    'IdentitiesOnly=yes',
    'ControlPath=none',
    'Compression=no',
    'ExitOnForwardFailure=yes',
    `Ciphers=${CIPHER}`,
  ]
  const client = await spawnProgram({
    command: 'ssh',
    args: [
      ...['-N', '-F', 'none', '-p', String(await link(port)), '-i', join(folder, 'user')],
      ...options.flatMap((option) => ['-o', option]),
      ...['-L', `127.0.0.1:${bytes}:127.0.0.1:${ends.bytes}`],
      ...['-L', `127.0.0.1:${database}:127.0.0.1:${ends.plain.port}`],
      `${userInfo().username}@127.0.0.1`,
    ],
  })
  const stop = async (): Promise<void> => {
    await client.stop()
    await server.stop()
  }
  try {
    await awaitPort(database, client)
  } catch (error) {
    await stop()
    throw error
  }
  return { name: 'ssh', bytes, database: { ...ends.plain, port: database }, near: [client.pid], far: [server.pid], stop }
}
