import { randomBytes } from 'node:crypto'
import { AsyncEntry } from '@napi-rs/keyring'
import { KEY_LENGTH } from './envelope.ts'

/** Pinned: without it the library falls back to the kernel's keyring, which forgets everything at shutdown. */
const options = { linux: { store: 'secret-service' } } as const

/**
 * 32 random bytes in the system's keychain, made when there are none. Throws when there is no keychain or it is locked:
 * nothing else is tried.
 */
export const readKeychainKey = async (source: { readonly service: string; readonly account: string }): Promise<Uint8Array> => {
  const entry = new AsyncEntry(source.service, source.account, options)
  const key = await readOrMake(entry)
  if (key?.length !== KEY_LENGTH) throw new Error('The keychain holds something else under the name of the root key')
  return Uint8Array.from(key)
}

const readOrMake = async (entry: AsyncEntry): Promise<readonly number[] | null> => {
  try {
    const present = await entry.getSecret()
    if (present !== null) return present
    await entry.setSecret(randomBytes(KEY_LENGTH))
    return await entry.getSecret()
  } catch (cause) {
    throw new Error('The keychain does not answer. Unlock it, or choose another way to keep the root key.', { cause })
  }
}
