/** What may happen to a PKCS #11 token. */
import { cp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { makeSoftHsm, type Program, type SoftHsm, spawnProgram } from '@sallyport/testkit'
import type { FaultyService } from '../testing/kms-faults.ts'
import { moduleAt } from './module.ts'

/** As when a device is plugged in again: sessions of before are over, and the PIN is asked for. */
const reconnect = ({ options }: SoftHsm): Promise<void> => {
  const module = moduleAt(options.module)
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
  const token = await makeSoftHsm(folder)
  Object.assign(process.env, token.environment)
  const { tokens, files } = token
  const backup = join(folder, 'backup')

  const away: FaultyService = {
    fail: () => rename(tokens, `${tokens}-away`),
    mend: () => rename(`${tokens}-away`, tokens),
  }
  const wrongPin: FaultyService = {
    fail: async () => {
      await token.writePin('00000000')
      await reconnect(token)
    },
    mend: () => token.writePin(null),
  }
  const deleted = (label: string): FaultyService => ({
    fail: async () => {
      await cp(files, backup, { recursive: true })
      await token.deleteKey(label)
    },
    mend: () => cp(backup, files, { recursive: true, force: true }),
  })
  let holder: Program | null = null
  const hanging: FaultyService = {
    fail: async () => {
      holder = await holdLock(join(files, 'generation'))
    },
    mend: () => holder?.stop(),
  }
  return { options: token.options, createKey: token.createKey, faults: { away, wrongPin, deleted, hanging } }
}
