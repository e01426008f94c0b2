/** Where the one key comes from under which a role's other keys rest: a file, a passphrase, or the system's keychain. */
import { createHash } from 'node:crypto'
import { assertNever } from '@sallyport/protocol'
import { readKeychainKey } from './keychain-key.ts'
import { readKeyFile } from './key-file.ts'
import { derivePassphraseKey } from './passphrase-key.ts'

export type RootKeySource =
  /** 32 random bytes in a file that only this account reads; made when absent. */
  | { readonly kind: 'file'; readonly path: string }
  /** Derived by scrypt; the file holds salt, parameters and a check value, nothing secret. */
  | { readonly kind: 'passphrase'; readonly path: string; readonly passphrase: string }
  /** In the Secret Service, Keychain or Credential Manager; made when absent. */
  | { readonly kind: 'keychain'; readonly service: string; readonly account: string }

export interface RootKey {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** How it is kept, in words for an administrator. */
  readonly protection: string
  /** Names the key without telling it; 16 hexadecimal digits. */
  readonly id: string
  /** What an administrator must be told at each start; null when there is nothing. */
  readonly warning: string | null
}

const idOf = (key: Uint8Array): string =>
  createHash('sha256').update('sallyport root key id\n').update(key).digest('hex').slice(0, 16)

/** Throws with a message for an administrator when the key cannot be had: a role without its key does not start. */
export const loadRootKey = async (source: RootKeySource): Promise<RootKey> => {
  switch (source.kind) {
    case 'file': {
      const key = await readKeyFile(source.path)
      const warning = `The root key lies in the file ${source.path}: whoever copies it can open everything that rests under it.`
      return { key, id: idOf(key), protection: 'a file that only this account can read', warning }
    }
    case 'passphrase': {
      const key = await derivePassphraseKey(source)
      return { key, id: idOf(key), protection: 'a passphrase given at each start', warning: null }
    }
    case 'keychain': {
      const key = await readKeychainKey(source)
      return { key, id: idOf(key), protection: 'the keychain of the operating system', warning: null }
    }
    default:
      return assertNever(source)
  }
}
