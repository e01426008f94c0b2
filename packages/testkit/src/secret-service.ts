/** A real Secret Service (gnome-keyring) on a message bus of its own, apart from the keychain of whoever runs the tests. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { skipReason } from './programs.ts'
import { runProgram } from './run-program.ts'
import { spawnProgram } from './spawn-program.ts'
import { makeTemporaryDirectory } from './temporary-directory.ts'
import { waitFor } from './wait-for.ts'

export interface SecretService {
  /** The environment of a child process that is to use this keychain. */
  readonly env: NodeJS.ProcessEnv
  /** Locks the keychain, as at the end of a desktop session. */
  lock(): Promise<void>
  /** Unlocks it, as a person does who types its password. */
  unlock(): Promise<void>
  stop(): Promise<void>
}

/** Why there is no Secret Service on this machine; null if there is. */
export const secretServiceSkipReason = (): string | null =>
  skipReason({ programs: ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'], platforms: ['linux'] })

const makeEnvironment = async (folder: string, address: string): Promise<NodeJS.ProcessEnv> => {
  const home = join(folder, 'home')
  const runtime = join(folder, 'runtime')
  for (const path of [home, runtime]) await mkdir(path, { mode: 0o700 })
  return {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    DBUS_SESSION_BUS_ADDRESS: address,
  }
}

/** A bus for whoever can reach its socket that starts no services by itself: another keychain would come up instead of ours. */
const busConfiguration = (address: string): string => `<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

const UNLOCK = 1

/** What gnome-keyring's control socket is sent: a byte for the sender's credentials, the length, what to do, the password. */
const unlockPacket = (password: string): Buffer => {
  const packet = Buffer.alloc(13 + password.length)
  packet.writeUInt32BE(packet.length - 1, 1)
  packet.writeUInt32BE(UNLOCK, 5)
  packet.writeUInt32BE(password.length, 9)
  packet.write(password, 13, 'latin1')
  return packet
}

/** Starts one with an empty, unlocked keychain. Stop it at the end. */
export const secretService = async (): Promise<SecretService> => {
  const reason = secretServiceSkipReason()
  if (reason !== null) throw new Error(`no Secret Service: ${reason}`)
  const folder = await makeTemporaryDirectory()
  const address = `unix:path=${join(folder.path, 'bus')}`
  const env = await makeEnvironment(folder.path, address)
  const send = (destination: string, ...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    runProgram({
      command: 'dbus-send',
      args: [`--bus=${address}`, '--print-reply', '--reply-timeout=30000', `--dest=${destination}`, ...words],
      env,
    })

  const configurationFile = join(folder.path, 'bus.conf')
  await writeFile(configurationFile, busConfiguration(address))
  const busArguments = [`--config-file=${configurationFile}`, '--nofork', '--nopidfile', '--nosyslog', '--print-address']
  const bus = await spawnProgram({ command: 'dbus-daemon', args: busArguments, env })
  await bus.waitForLine(/^unix:/)
  const keyring = await spawnProgram({
    command: 'gnome-keyring-daemon',
    args: ['--foreground', '--unlock', '--components=secrets', `--control-directory=${join(folder.path, 'control')}`],
    env,
  })
  const password = randomBytes(16).toString('hex')
  keyring.stdin.end(password)
  const stop = async (): Promise<void> => {
    await keyring.stop()
    await bus.stop()
    await folder.remove()
  }
  const collection = '/org/freedesktop/secrets/collection/login'
  const locked = async (): Promise<string | undefined> => {
    const properties = ['org.freedesktop.DBus.Properties.Get', 'string:org.freedesktop.Secret.Collection', 'string:Locked']
    const { stdout } = await send('org.freedesktop.secrets', collection, ...properties)
    return /boolean (true|false)/.exec(stdout)?.[1]
  }
  const unlocked = (): Promise<boolean> =>
    waitFor(async () => (await locked()) === 'false', { description: 'the keychain to be unlocked' })
  try {
    await unlocked()
  } catch (error) {
    await stop()
    throw new Error(`${keyring.describe()}\n${bus.describe()}`, { cause: error })
  }
  return {
    env,
    stop,
    lock: async () => {
      const words = ['org.freedesktop.Secret.Service.Lock', `array:objpath:${collection}`]
      const { code, stderr } = await send('org.freedesktop.secrets', '/org/freedesktop/secrets', ...words)
      if (code !== 0) throw new Error(`the keychain could not be locked: ${stderr}`)
    },
    unlock: async () => {
      const socket = connect(join(folder.path, 'control', 'control'))
      socket.end(unlockPacket(password))
      await once(socket.resume(), 'close')
      await unlocked()
    },
  }
}
