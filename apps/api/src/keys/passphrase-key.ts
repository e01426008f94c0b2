import { createHmac, timingSafeEqual } from 'node:crypto'
import { MIN_PASSPHRASE, newPassphraseParameters, passphraseKey, passphraseParameters } from '@sallyport/program'
import { base64urlOf, fromBase64url, SallyportError, toBase64url } from '@sallyport/protocol'
import { z } from 'zod'
import { createKeyFile, damagedRootKey, readRootKeyFile } from './key-file.ts'

const MAX_FILE = 4096
const CHECK = 32

const parametersFile = passphraseParameters.extend({
  version: z.literal(1),
  kdf: z.literal('scrypt'),
  /** HMAC-SHA-256 of a fixed text under the key: tells a wrong passphrase from damaged data. */
  check: base64urlOf(CHECK),
})

interface PassphraseSource {
  readonly path: string
  readonly passphrase: string
}

const checkOf = (key: Uint8Array): Buffer => createHmac('sha256', key).update('sallyport passphrase check').digest()

/** The first passphrase is the one that counts. */
export const makePassphraseKey = async ({ path, passphrase }: PassphraseSource): Promise<void> => {
  if (passphrase.length < MIN_PASSPHRASE) throw new Error(`The passphrase needs at least ${MIN_PASSPHRASE} characters`)
  const fresh = newPassphraseParameters()
  const key = await passphraseKey(passphrase, fresh)
  const parameters: z.infer<typeof parametersFile> = { version: 1, kdf: 'scrypt', ...fresh, check: toBase64url(checkOf(key)) }
  key.fill(0)
  await createKeyFile(path, Buffer.from(`${JSON.stringify(parameters)}\n`))
}

const readParameters = async (path: string): Promise<z.infer<typeof parametersFile> | null> => {
  const content = await readRootKeyFile(path, MAX_FILE)
  if (content === null) return null
  try {
    return parametersFile.parse(JSON.parse(content.toString('utf8')))
  } catch (cause) {
    throw damagedRootKey(path, cause instanceof Error ? cause.message : String(cause))
  }
}

const fits = (key: Uint8Array, check: string): boolean => timingSafeEqual(checkOf(key), fromBase64url(check))

/** Null when there is no such file. Throws as a root key does; `kms_denied` for a wrong passphrase. */
export const derivePassphraseKey = async (source: PassphraseSource): Promise<Uint8Array | null> => {
  const found = await readParameters(source.path)
  if (found === null) return null
  const { check, ...parameters } = found
  const key = await passphraseKey(source.passphrase, parameters)
  if (!fits(key, check)) {
    throw new SallyportError('kms_denied', {
      message: `The passphrase of the root key is wrong: it is not that of ${source.path}`,
    })
  }
  return key
}

/** Whether the file is still the one of this key: without it, the passphrase gives another one. */
export const fitsPassphraseFile = async (path: string, key: Uint8Array): Promise<boolean> => {
  const found = await readParameters(path)
  return found !== null && fits(key, found.check)
}
