/** Ed25519 keys of the log role: made here, kept wrapped under its root key, opened only to sign. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { keyIdOf } from '@sallyport/protocol'
import { openBytes, sealBytes, type SealingContext } from '../../keys/envelope.ts'
import type { RootKey } from '../../keys/root-key.ts'

export interface WrappedKey {
  /** base64url SHA-256 of the public key. */
  readonly id: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  readonly wrapped: Uint8Array
}

/** `contextOf`: what the wrapped key belongs to, by its id. */
export const makeWrappedKey = async (root: RootKey, contextOf: (id: string) => SealingContext): Promise<WrappedKey> => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const id = await keyIdOf(publicKey)
  const wrapped = sealBytes(privateKey, root.key, contextOf(id))
  privateKey.fill(0)
  return { id, publicKey, wrapped }
}

/** Throws when it was wrapped under another root key, or for something else. */
export const openWrappedKey = (key: WrappedKey, root: RootKey, context: SealingContext): KeyObject => {
  const pkcs8 = openBytes(key.wrapped, root.key, context)
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  } finally {
    pkcs8.fill(0)
  }
}
