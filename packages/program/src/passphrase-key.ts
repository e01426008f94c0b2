/** Keys made of passphrases: scrypt, RFC 7914. */
import { randomBytes, scrypt } from 'node:crypto'
import { base64urlOf, fromBase64url, toBase64url } from '@sallyport/protocol'
import { z } from 'zod'

const SALT_LENGTH = 16
const KEY_LENGTH = 32
/** 128 MiB and some tenths of a second for each guess (RFC 7914 §2). */
const COST = { N: 2 ** 17, r: 8, p: 1 }

/** Characters. */
export const MIN_PASSPHRASE = 12

/** What is kept beside what the key opens. Bounded on both sides: a file must not make guessing cheap, nor a start endless. */
export const passphraseParameters = z.strictObject({
  N: z
    .int()
    .min(2 ** 15)
    .max(2 ** 20),
  r: z.int().min(8).max(16),
  p: z.int().min(1).max(4),
  salt: base64urlOf(SALT_LENGTH),
})
export type PassphraseParameters = z.infer<typeof passphraseParameters>

export const newPassphraseParameters = (): PassphraseParameters => ({ ...COST, salt: toBase64url(randomBytes(SALT_LENGTH)) })

/** 32 bytes. The same characters give the same key however they were typed: they are normalized first (NFKC). */
export const passphraseKey = (passphrase: string, { N, r, p, salt }: PassphraseParameters): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: 256 * N * r }
    scrypt(passphrase.normalize('NFKC'), fromBase64url(salt), KEY_LENGTH, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
