/** A real PKCS #11 token in software: SoftHSM, with a token and keys of its own in a folder. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from './run-program.ts'

const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
const PROGRAMS = ['/usr/bin/softhsm2-util', '/usr/bin/pkcs11-tool']
const TOKEN = 'sallyport'
const PIN = '74108520'

/** Null when SoftHSM and the tool that makes keys are there. */
export const softHsmSkipReason = (): string | null =>
  [MODULE, ...PROGRAMS].every((path) => existsSync(path)) ? null : 'SoftHSM or OpenSC is not installed'

export interface SoftHsm {
  /** Library, label and PIN of the token, as a driver is told them. */
  readonly options: { readonly module: string; readonly token: string; readonly pinFile: string }
  /** By which whoever loads the library finds the token: `SOFTHSM2_CONF`. */
  readonly environment: Readonly<Record<'SOFTHSM2_CONF', string>>
  /** Where the token is kept: in its folder, among those of all tokens. */
  readonly tokens: string
  readonly files: string
  /** Null: the one that is good. */
  writePin(pin: string | null): Promise<void>
  /** Another version when there is one of this label. */
  createKey(label: string): Promise<void>
  deleteKey(label: string): Promise<void>
}

/** Makes the token below this folder. */
export const makeSoftHsm = async (folder: string): Promise<SoftHsm> => {
  const tokens = join(folder, 'tokens')
  await mkdir(tokens, { mode: 0o700 })
  const [configuration, pinFile] = [join(folder, 'softhsm2.conf'), join(folder, 'pin')]
  await writeFile(configuration, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`)
  const environment = { SOFTHSM2_CONF: configuration }
  const run = async (command: string, args: readonly string[]): Promise<void> => {
    const { code, stderr } = await runProgram({ command, args: [...args], env: { ...process.env, ...environment } })
    if (code !== 0) throw new Error(`${command}: ${stderr}`)
  }
  const tool = (...args: readonly string[]): Promise<void> =>
    run('pkcs11-tool', ['--module', MODULE, '--token-label', TOKEN, '--login', '--pin', PIN, ...args])
  const writePin = (pin: string | null): Promise<void> => writeFile(pinFile, `${pin ?? PIN}\n`, { mode: 0o600 })
  await writePin(null)
  await run('softhsm2-util', ['--init-token', '--free', '--label', TOKEN, '--pin', PIN, '--so-pin', PIN])
  let keys = 0
  return {
    options: { module: MODULE, token: TOKEN, pinFile },
    environment,
    tokens,
    files: join(tokens, (await readdir(tokens))[0]!),
    writePin,
    createKey: (label) => {
      keys += 1
      const id = keys.toString(16).padStart(4, '0')
      return tool('--keygen', '--key-type', 'AES:32', '--label', label, '--id', id, '--sensitive')
    },
    deleteKey: (label) => tool('--delete-object', '--type', 'secrkey', '--label', label),
  }
}

/** The environment with which an API has its root key there: all keys of this label are versions of it. */
export const softHsmEnvironment = ({ options, environment }: SoftHsm, label: string): Readonly<Record<string, string>> => ({
  SALLYPORT_KMS: `pkcs11:token=${options.token};object=${label}?module-path=${options.module}`,
  SALLYPORT_PKCS11_PIN_FILE: options.pinFile,
  ...environment,
})
