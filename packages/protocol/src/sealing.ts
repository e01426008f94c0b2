/**
 * Sealing by HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Base mode for what a client seals to the
 * vault key (shares, secrets on their way in); PSK mode for a credential on its way to a gateway, which so needs the
 * gateway's fresh key and the share of the client, both.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { type Bytes, fromBase64url, toBase64url, utf8 } from './bytes.ts'
import { z } from 'zod'
import { base64urlOf, base64urlUpTo } from './fields.ts'
import { SallyportError } from './errors.ts'

const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })

/** Longest plaintext that is sealed, in bytes: a private key with its certificate chain. */
export const MAX_SEALED_PLAINTEXT = 64 * 1024

export const sealed = z.strictObject({
  /** The encapsulated key: 32 bytes. */
  encapsulated: base64urlOf(32),
  /** Ciphertext with its 16-byte tag. */
  ciphertext: base64urlUpTo(MAX_SEALED_PLAINTEXT + 16),
})
export type Sealed = z.infer<typeof sealed>

/** Pre-shared key of PSK mode: at least 32 bytes (RFC 9180 §9.5), named by `id`. */
export interface PreSharedKey {
  readonly key: Uint8Array
  readonly id: string
}

/** An X25519 private key as the suite holds it: a CryptoKey of whichever run time this is. */
export type SealingPrivateKey = Awaited<ReturnType<typeof suite.kem.generateKeyPair>>['privateKey']

/** An X25519 key pair; the public key is 32 raw bytes, the private key a CryptoKey. */
export interface SealingKeyPair {
  readonly publicKey: Bytes
  readonly privateKey: SealingPrivateKey
}

export const generateSealingKeyPair = async (): Promise<SealingKeyPair> => {
  const pair = await suite.kem.generateKeyPair()
  return { publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)), privateKey: pair.privateKey }
}

/** Makes the pair of 32 secret bytes (RFC 9180 §7.1.3 DeriveKeyPair), so that a vault key can be kept wrapped. */
export const deriveSealingKeyPair = async (seed: Uint8Array): Promise<SealingKeyPair> => {
  const pair = await suite.kem.deriveKeyPair(seed as Bytes)
  return { publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)), privateKey: pair.privateKey }
}

const pskOf = (psk: PreSharedKey | undefined) => (psk ? { psk: { key: psk.key as Bytes, id: utf8(psk.id) } } : {})

/** @param info binds the ciphertext to its purpose; opening needs the same text. */
export const seal = async (
  plaintext: Uint8Array,
  recipient: Uint8Array,
  context: { readonly info: string; readonly psk?: PreSharedKey },
): Promise<Sealed> => {
  if (plaintext.length > MAX_SEALED_PLAINTEXT) throw new SallyportError('payload_too_large')
  const sender = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(recipient as Bytes),
    info: utf8(context.info),
    ...pskOf(context.psk),
  })
  const ciphertext = await sender.seal(plaintext as Bytes)
  return { encapsulated: toBase64url(new Uint8Array(sender.enc)), ciphertext: toBase64url(new Uint8Array(ciphertext)) }
}

/** Throws `unseal_failed` when key, pre-shared key, info or ciphertext do not belong together. */
export const unseal = async (
  message: Sealed,
  recipient: SealingPrivateKey,
  context: { readonly info: string; readonly psk?: PreSharedKey },
): Promise<Bytes> => {
  try {
    const receiver = await suite.createRecipientContext({
      recipientKey: recipient,
      enc: fromBase64url(message.encapsulated),
      info: utf8(context.info),
      ...pskOf(context.psk),
    })
    return new Uint8Array(await receiver.open(fromBase64url(message.ciphertext)))
  } catch (cause) {
    throw new SallyportError('unseal_failed', { cause })
  }
}
