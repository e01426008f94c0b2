/** Where the one key comes from under which a role's other keys rest: a file, a passphrase, or the system's keychain. */
import { createHash } from 'node:crypto'
import { assertNever, SallyportError } from '@sallyport/protocol'
import { makeKeychainKey, readKeychainKey } from './keychain-key.ts'
import { makeKeyFile, readKeyFile } from './key-file.ts'
import { derivePassphraseKey, fitsPassphraseFile, makePassphraseKey } from './passphrase-key.ts'

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

interface Kept {
  readonly protection: string
  readonly warning: string | null
  /** For messages. */
  readonly where: string
  /** Null when there is none. */
  read(): Promise<Uint8Array | null>
  make(): Promise<void>
  /** False, or an error: a restart would not find this key. */
  holds(key: Uint8Array): Promise<boolean>
}

const isSame = async (read: () => Promise<Uint8Array | null>, key: Uint8Array): Promise<boolean> => {
  const found = await read()
  const same = found !== null && Buffer.from(found).equals(key)
  found?.fill(0)
  return same
}

const keptAt = (source: RootKeySource): Kept => {
  switch (source.kind) {
    case 'file': {
      const read = () => readKeyFile(source.path)
      const warning = `The root key lies in the file ${source.path}: whoever copies it can open everything that rests under it.`
      const protection = 'a file that only this account can read'
      const make = () => makeKeyFile(source.path)
      return { protection, warning, where: source.path, read, make, holds: (key) => isSame(read, key) }
    }
    case 'passphrase':
      return {
        protection: 'a passphrase given at each start',
        warning: null,
        where: source.path,
        read: () => derivePassphraseKey(source),
        make: () => makePassphraseKey(source),
        holds: (key) => fitsPassphraseFile(source.path, key),
      }
    case 'keychain': {
      const read = () => readKeychainKey(source)
      const protection = 'the keychain of the operating system'
      const make = () => makeKeychainKey(source)
      return { protection, warning: null, where: 'the keychain', read, make, holds: (key) => isSame(read, key) }
    }
    default:
      return assertNever(source)
  }
}

const missing = (where: string): SallyportError =>
  new SallyportError('kms_key_missing', { message: `The root key is gone: ${where}. Restore it: another one opens nothing.` })

/**
 * `mayMake` is asked when there is none: another key in its place would open nothing of what rests under the one that was lost, and
 * hide that it was. One that is damaged is never replaced. Throws `kms_key_missing`, `kms_denied` and `kms_sealed` with a message
 * for an administrator: a role without its key does not start.
 */
export const loadRootKey = async (
  source: RootKeySource,
  mayMake: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<RootKey> => {
  const { protection, warning, where, read, make } = keptAt(source)
  let key = await read()
  if (key === null && (await mayMake())) {
    await make()
    key = await read()
  }
  if (key === null) throw missing(where)
  return { key, id: idOf(key), protection, warning }
}

/** Where an administrator finds it. */
export const placeOfRootKey = (source: RootKeySource): string => keptAt(source).where

/** Throws as {@link loadRootKey} does when a restart would not find this key any more. */
export const checkRootKey = async (source: RootKeySource, { key }: RootKey): Promise<void> => {
  const { holds, where } = keptAt(source)
  if (!(await holds(key))) throw missing(where)
}
