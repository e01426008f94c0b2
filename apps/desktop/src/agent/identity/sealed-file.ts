/**
 * The sealed file: AES-256-GCM under the wrapping key, with a fresh nonce at each write. Its head, which says where that key is,
 * is authenticated with the content, so that it cannot be exchanged.
 *
 *     line 1, JSON   {version, key}
 *     then           nonce (12 bytes) · ciphertext · tag (16 bytes)
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import { type KeySource, keySource, type WrappingKey } from './wrapping-key.ts'

/** Longest file in bytes: most of it is the trust bundle, of at most 1 MiB. */
export const MAX_SEALED_FILE = 4 * 1024 * 1024
const MAX_HEAD = 1024
const NONCE = 12
const TAG = 16
const LINE_END = 10

const headSchema = z.strictObject({ version: z.literal(1), key: keySource })

const encodeHead = (key: KeySource): Buffer => Buffer.from(`${JSON.stringify({ version: 1, key })}\n`)

export const sealFile = ({ source, key }: WrappingKey, content: Uint8Array): Buffer => {
  const head = encodeHead(source)
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head)
  return Buffer.concat([head, nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

/** Where the key is. Nothing of the file is authenticated yet. Throws `profile_unreadable`. */
export const readKeySource = (file: Buffer): KeySource => {
  try {
    return headSchema.parse(JSON.parse(file.subarray(0, lengthOfHead(file)).toString('utf8'))).key
  } catch (cause) {
    throw new SallyportError('profile_unreadable', { cause })
  }
}

/** Throws `profile_unreadable`, or `passphrase_wrong` where the key was made of one. */
export const openFile = ({ source, key }: WrappingKey, file: Buffer): Buffer => {
  const body = file.subarray(lengthOfHead(file))
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE), { authTagLength: TAG })
    decipher.setAAD(file.subarray(0, lengthOfHead(file))).setAuthTag(body.subarray(-TAG))
    return Buffer.concat([decipher.update(body.subarray(NONCE, -TAG)), decipher.final()])
  } catch (cause) {
    throw new SallyportError(source.kind === 'passphrase' ? 'passphrase_wrong' : 'profile_unreadable', { cause })
  }
}

/** With its line end; 0 when there is none within reach. */
const lengthOfHead = (file: Buffer): number => file.subarray(0, MAX_HEAD).indexOf(LINE_END) + 1
