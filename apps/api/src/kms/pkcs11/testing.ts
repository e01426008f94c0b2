/** A real PKCS #11 token in software: SoftHSM, with a token and keys of its own in a folder. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '@sallyport/testkit'

const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
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

/** Its configuration is found through this process's environment. */
export const startSoftHsm = async (folder: string) => {
  await mkdir(join(folder, 'tokens'), { mode: 0o700 })
  const configuration = join(folder, 'softhsm2.conf')
  await writeFile(configuration, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`)
  process.env['SOFTHSM2_CONF'] = configuration
  const pinFile = join(folder, 'pin')
  await writeFile(pinFile, `${PIN}\n`, { mode: 0o600 })
  await run('softhsm2-util', ['--init-token', '--free', '--label', 'sallyport', '--pin', PIN, '--so-pin', PIN])
  let keys = 0
  return {
    options: { module: MODULE, token: 'sallyport', pinFile },
    /** Another version when there is one of this label. */
    createKey: async (label: string): Promise<void> => {
      keys += 1
      const id = keys.toString(16).padStart(4, '0')
      const login = ['--module', MODULE, '--token-label', 'sallyport', '--login', '--pin', PIN]
      await run('pkcs11-tool', [...login, '--keygen', '--key-type', 'AES:32', '--label', label, '--id', id, '--sensitive'])
    },
  }
}
