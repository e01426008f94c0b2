import { createHmac, randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { base64urlOf, fromBase64url, toBase64url } from '@sallyport/protocol'
import { KEY_LENGTH } from './envelope.ts'
import { createPrivateFile, readPrivateFile, readPrivateFileIfPresent } from './key-file.ts'

const MAX_FILE = 4096
const SALT = 16
const CHECK = 32
/** 128 MiB and some tenths of a second for each guess (RFC 7914 §2). */
const cost = { N: 2 ** 17, r: 8, p: 1 }
export const MIN_PASSPHRASE = 12

const parametersFile = z.strictObject({
  version: z.literal(1),
  kdf: z.literal('scrypt'),
  N: z
    .int()
    .min(2 ** 15)
    .max(2 ** 20),
  r: z.int().min(8).max(16),
  p: z.int().min(1).max(4),
  salt: base64urlOf(SALT),
  /** HMAC-SHA-256 of a fixed text under the key: tells a wrong passphrase from damaged data. */
  check: base64urlOf(CHECK),
})
type Parameters = z.infer<typeof parametersFile>

const derive = (passphrase: string, salt: Uint8Array, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const limits = { ...options, maxmem: 256 * (options.N ?? 1) * (options.r ?? 1) }
    scrypt(passphrase.normalize('NFKC'), salt, KEY_LENGTH, limits, (error, key) => (error ? reject(error) : resolve(key)))
  })

const checkOf = (key: Uint8Array): Buffer => createHmac('sha256', key).update('sallyport passphrase check').digest()

const createParameters = async (path: string, passphrase: string): Promise<void> => {
  if (passphrase.length < MIN_PASSPHRASE) throw new Error(`The passphrase needs at least ${MIN_PASSPHRASE} characters`)
  const salt = randomBytes(SALT)
  const key = await derive(passphrase, salt, cost)
  const parameters: Parameters = {
    version: 1,
    kdf: 'scrypt',
    ...cost,
    salt: toBase64url(salt),
    check: toBase64url(checkOf(key)),
  }
  key.fill(0)
  await createPrivateFile(path, Buffer.from(`${JSON.stringify(parameters)}\n`))
}

/** The first passphrase is the one that counts. Throws on a wrong one. */
export const derivePassphraseKey = async (source: {
  readonly path: string
  readonly passphrase: string
}): Promise<Uint8Array> => {
  if ((await readPrivateFileIfPresent(source.path, MAX_FILE)) === null) await createParameters(source.path, source.passphrase)
  const text = (await readPrivateFile(source.path, MAX_FILE)).toString('utf8')
  const { N, r, p, salt, check } = parametersFile.parse(JSON.parse(text))
  const key = await derive(source.passphrase, fromBase64url(salt), { N, r, p })
  if (!timingSafeEqual(checkOf(key), fromBase64url(check))) throw new Error('The passphrase of the root key is wrong')
  return key
}
