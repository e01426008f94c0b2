/** The driver without a service: wraps under one root key that this machine keeps. */
import { SallyportError } from '@sallyport/protocol'
import { openBytes, sealBytes } from '../../keys/envelope.ts'
import type { RootKey } from '../../keys/root-key.ts'
import { type EncryptionContext, type Kms, MAX_WRAPPED_PLAINTEXT } from '../kms.ts'

/** Keeps what is wrapped by this driver apart from anything else sealed under the same key. */
const contextOf = (context: EncryptionContext) => ({ use: 'sallyport kms local v1', context })

export const localKms = (root: RootKey): Kms => ({
  async wrap(plaintext, context) {
    if (plaintext.length === 0 || plaintext.length > MAX_WRAPPED_PLAINTEXT) throw new SallyportError('payload_too_large')
    return sealBytes(plaintext, root.key, contextOf(context))
  },
  async unwrap(wrapped, context) {
    try {
      return openBytes(wrapped, root.key, contextOf(context))
    } catch (cause) {
      throw new SallyportError('secret_unavailable', { cause })
    }
  },
  describe: () => ({ driver: 'local', protection: root.protection, keyId: root.id }),
})
