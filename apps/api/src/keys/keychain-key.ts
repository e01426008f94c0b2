import { randomBytes } from 'node:crypto'
import { AsyncEntry } from '@napi-rs/keyring'
import { SallyportError } from '@sallyport/protocol'
import { KEY_LENGTH } from './envelope.ts'
import { damagedRootKey } from './key-file.ts'

interface KeychainSource {
  readonly service: string
  readonly account: string
}

/** Pinned: without it the library falls back to the kernel's keyring, which forgets everything at shutdown. */
const options = { linux: { store: 'secret-service' } } as const

const asked = async <Result>(source: KeychainSource, ask: (entry: AsyncEntry) => Promise<Result>): Promise<Result> => {
  try {
    return await ask(new AsyncEntry(source.service, source.account, options))
  } catch (cause) {
    const message = 'The keychain does not answer. Unlock it, or choose another way to keep the root key.'
    throw new SallyportError('kms_sealed', { message, cause })
  }
}

/**
 * 32 bytes in the system's keychain; null when there is none. Throws as a root key does; `kms_sealed` when there is no keychain or it is locked: nothing else
 * is tried.
 */
export const readKeychainKey = async (source: KeychainSource): Promise<Uint8Array | null> => {
  const key = await asked(source, (entry) => entry.getSecret())
  if (key === null) return null
  if (key.length !== KEY_LENGTH) throw damagedRootKey('the keychain', 'something else lies there under its name')
  return Uint8Array.from(key)
}

export const makeKeychainKey = (source: KeychainSource): Promise<void> =>
  asked(source, (entry) => entry.setSecret(randomBytes(KEY_LENGTH)))
