/** A PKCS #11 token in software, with one key, as the key management service of an API. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '@sallyport/testkit'

const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
const PROGRAMS = ['/usr/bin/softhsm2-util', '/usr/bin/pkcs11-tool']
const PIN = '74108520'

/** null: SoftHSM and the tool that makes keys are there. */
export const softHsmMissing = (): string | null =>
  [MODULE, ...PROGRAMS].every((path) => existsSync(path)) ? null : 'SoftHSM or OpenSC is not installed'

/** Makes the token below this folder; returns the environment with which an API uses it. */
export const makeSoftHsm = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  const tokens = join(folder, 'tokens')
  await mkdir(tokens, { mode: 0o700 })
  const [configuration, pinFile] = [join(folder, 'softhsm2.conf'), join(folder, 'pin')]
  await writeFile(configuration, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`)
  await writeFile(pinFile, `${PIN}\n`, { mode: 0o600 })
  const run = async (command: string, args: readonly string[]): Promise<void> => {
    const { code, stderr } = await runProgram({ command, args: [...args], env: { ...process.env, SOFTHSM2_CONF: configuration } })
    if (code !== 0) throw new Error(`${command}: ${stderr}`)
  }
  await run('softhsm2-util', ['--init-token', '--free', '--label', 'bench', '--pin', PIN, '--so-pin', PIN])
  const login = ['--module', MODULE, '--token-label', 'bench', '--login', '--pin', PIN]
  await run('pkcs11-tool', [...login, '--keygen', '--key-type', 'AES:32', '--label', 'root', '--id', '01', '--sensitive'])
  return {
    SALLYPORT_KMS: `pkcs11:token=bench;object=root?module-path=${MODULE}`,
    SALLYPORT_PKCS11_PIN_FILE: pinFile,
    SOFTHSM2_CONF: configuration,
  }
}
