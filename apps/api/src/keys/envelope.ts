/**
 * AES-256-GCM with associated data: how everything that rests sealed is sealed.
 *
 *     0         1            13                       n-16        n
 *     +---------+------------+------------------------+-----------+
 *     | version | nonce (12) | ciphertext             | tag (16)  |
 *     +---------+------------+------------------------+-----------+
 *
 * The nonce is random, so that one key seals at most 2^32 plaintexts (NIST SP 800-38D §8.3).
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { type CanonicalValue, canonicalJson } from '@sallyport/protocol'

const VERSION = 1
const NONCE = 12
const TAG = 16
export const KEY_LENGTH = 32
/** Bytes that sealing adds. */
export const ENVELOPE_OVERHEAD = 1 + NONCE + TAG

/** What a ciphertext belongs to: it opens under exactly the same. */
export type SealingContext = Readonly<Record<string, CanonicalValue>>

/** The version's byte, then the context. */
const associatedData = (context: SealingContext): Buffer => Buffer.from(String.fromCharCode(VERSION) + canonicalJson(context))

/** Of the same key as bytes Node makes much more work than of a handle: 25 µs instead of 5. OpenSSL overwrites it when it goes. */
const handleOf = (key: Uint8Array | KeyObject): KeyObject => (key instanceof Uint8Array ? createSecretKey(key) : key)

export const sealBytes = (plaintext: Uint8Array, key: Uint8Array | KeyObject, context: SealingContext): Buffer => {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', handleOf(key), nonce, { authTagLength: TAG })
  cipher.setAAD(associatedData(context), { plaintextLength: plaintext.length })
  return Buffer.concat([Uint8Array.of(VERSION), nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** Throws on a changed byte, another key or another context; nothing of the plaintext is returned then. */
export const openBytes = (sealed: Uint8Array, key: Uint8Array | KeyObject, context: SealingContext): Buffer => {
  if (sealed.length < ENVELOPE_OVERHEAD || sealed[0] !== VERSION) throw new Error('not an envelope of this version')
  const decipher = createDecipheriv('aes-256-gcm', handleOf(key), sealed.subarray(1, 1 + NONCE), { authTagLength: TAG })
  decipher.setAAD(associatedData(context), { plaintextLength: sealed.length - ENVELOPE_OVERHEAD })
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
  // GCM gives out plaintext before the tag is checked: it is overwritten when the tag is wrong.
  const plaintext = decipher.update(sealed.subarray(1 + NONCE, sealed.length - TAG))
  try {
    decipher.final()
    return plaintext
  } catch (cause) {
    plaintext.fill(0)
    throw cause
  }
}
