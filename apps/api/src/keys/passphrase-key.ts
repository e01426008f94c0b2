import { createHmac, timingSafeEqual } from 'node:crypto'
import { MIN_PASSPHRASE, newPassphraseParameters, passphraseKey, passphraseParameters } from '@sallyport/program'
import { base64urlOf, fromBase64url, toBase64url } from '@sallyport/protocol'
import { z } from 'zod'
import { createKeyFile, readPrivateFile, readPrivateFileIfPresent } from './key-file.ts'

const MAX_FILE = 4096
const CHECK = 32

const parametersFile = passphraseParameters.extend({
  version: z.literal(1),
  kdf: z.literal('scrypt'),
  /** HMAC-SHA-256 of a fixed text under the key: tells a wrong passphrase from damaged data. */
  check: base64urlOf(CHECK),
})

const checkOf = (key: Uint8Array): Buffer => createHmac('sha256', key).update('sallyport passphrase check').digest()

const createParameters = async (path: string, passphrase: string): Promise<void> => {
  if (passphrase.length < MIN_PASSPHRASE) throw new Error(`The passphrase needs at least ${MIN_PASSPHRASE} characters`)
  const fresh = newPassphraseParameters()
  const key = await passphraseKey(passphrase, fresh)
  const parameters: z.infer<typeof parametersFile> = { version: 1, kdf: 'scrypt', ...fresh, check: toBase64url(checkOf(key)) }
  key.fill(0)
  await createKeyFile(path, Buffer.from(`${JSON.stringify(parameters)}\n`))
}

/** The first passphrase is the one that counts. Throws on a wrong one. */
export const derivePassphraseKey = async (source: {
  readonly path: string
  readonly passphrase: string
}): Promise<Uint8Array> => {
  if ((await readPrivateFileIfPresent(source.path, MAX_FILE)) === null) await createParameters(source.path, source.passphrase)
  const text = (await readPrivateFile(source.path, MAX_FILE)).toString('utf8')
  const { check, ...parameters } = parametersFile.parse(JSON.parse(text))
  const key = await passphraseKey(source.passphrase, parameters)
  if (!timingSafeEqual(checkOf(key), fromBase64url(check))) throw new Error('The passphrase of the root key is wrong')
  return key
}
