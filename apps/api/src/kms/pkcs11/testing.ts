/** A real PKCS #11 token in software: SoftHSM, with a token and keys of its own in a folder; and what may happen to one. */
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Program, runProgram, spawnProgram } from '@sallyport/testkit'
import type { FaultyService } from '../testing/kms-faults.ts'
import { moduleAt } from './module.ts'

export const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
const TOKEN = 'sallyport'
const PIN = '74108520'

/** Null when SoftHSM and the tool that makes keys are there. */
export const softHsmSkipReason = (): string | null =>
  existsSync(MODULE) && existsSync('/usr/bin/pkcs11-tool') && existsSync('/usr/bin/softhsm2-util')
    ? null
    : 'SoftHSM or OpenSC is not installed'

const run = async (command: string, args: readonly string[]): Promise<void> => {
  const { code, stderr } = await runProgram({ command, args: [...args], env: process.env })
  if (code !== 0) throw new Error(`${command}: ${stderr}`)
}

const tool = (...args: readonly string[]): Promise<void> =>
  run('pkcs11-tool', ['--module', MODULE, '--token-label', TOKEN, '--login', '--pin', PIN, ...args])

/** As when a device is plugged in again: sessions of before are over, and the PIN is asked for. */
const reconnect = (): Promise<void> => {
  const module = moduleAt(MODULE)
  return module.inTurn(() => module.begin())
}

/** A program that holds the lock of a file which SoftHSM waits for, for as long as it lives. */
const holdLock = async (file: string): Promise<Program> => {
  const script = `
    import koffi from ${JSON.stringify(import.meta.resolve('koffi'))}
    import { openSync } from 'node:fs'
    const lockf = koffi.load('libc.so.6').func('int lockf(int, int, long)')
    console.log(lockf(openSync(${JSON.stringify(file)}, 'r+'), 1, 0) === 0 ? 'locked' : 'not locked')
    setInterval(() => {}, 1000)`
  const program = await spawnProgram({ command: process.execPath, args: ['--input-type=module', '--eval', script] })
  await program.waitForLine(/^locked$/)
  return program
}

/** Its configuration is found through this process's environment. */
export const startSoftHsm = async (folder: string) => {
  const tokens = join(folder, 'tokens')
  await mkdir(tokens, { mode: 0o700 })
  const configuration = join(folder, 'softhsm2.conf')
  await writeFile(configuration, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`)
  process.env['SOFTHSM2_CONF'] = configuration
  const pinFile = join(folder, 'pin')
  const writePin = (pin: string): Promise<void> => writeFile(pinFile, `${pin}\n`, { mode: 0o600 })
  await writePin(PIN)
  await run('softhsm2-util', ['--init-token', '--free', '--label', TOKEN, '--pin', PIN, '--so-pin', PIN])
  const files = join(tokens, (await readdir(tokens))[0]!)
  let keys = 0

  const away: FaultyService = {
    fail: () => rename(tokens, `${tokens}-away`),
    mend: () => rename(`${tokens}-away`, tokens),
  }
  const wrongPin: FaultyService = {
    fail: async () => {
      await writePin('00000000')
      await reconnect()
    },
    mend: () => writePin(PIN),
  }
  const deleted = (label: string): FaultyService => ({
    fail: async () => {
      await cp(files, join(folder, 'backup'), { recursive: true })
      await tool('--delete-object', '--type', 'secrkey', '--label', label)
    },
    mend: () => cp(join(folder, 'backup'), files, { recursive: true, force: true }),
  })
  let holder: Program | null = null
  const hanging: FaultyService = {
    fail: async () => {
      holder = await holdLock(join(files, 'generation'))
    },
    mend: () => holder?.stop(),
  }
  return {
    options: { module: MODULE, token: TOKEN, pinFile },
    faults: { away, wrongPin, deleted, hanging },
    /** Another version when there is one of this label. */
    createKey: async (label: string): Promise<void> => {
      keys += 1
      const id = keys.toString(16).padStart(4, '0')
      await tool('--keygen', '--key-type', 'AES:32', '--label', label, '--id', id, '--sensitive')
    },
  }
}
