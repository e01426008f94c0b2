/**
 * The key under which the profile is sealed: 32 random bytes in the system's keychain, or, only when asked for explicitly, a key
 * made of a passphrase. What a profile began with it keeps; nothing is tried instead.
 */
import { randomBytes } from 'node:crypto'
import { AsyncEntry } from '@napi-rs/keyring'
import { newPassphraseParameters, passphraseKey, passphraseParameters } from '@sallyport/program'
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'

export const WRAPPING_KEY_LENGTH = 32
/** The name under which people find the entry in their keychain's own program. */
const SERVICE = 'Sallyport'
/** Pinned: without it the library falls back to the kernel's keyring, which forgets everything at shutdown. */
const STORE = { linux: { store: 'secret-service' } } as const
/** A keychain may have to ask its owner, milliseconds. */
const KEYCHAIN_LIMIT = 60_000

/** Where the key of a sealed file is; stands in that file, in clear. */
export const keySource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('keychain'), account: z.uuid() }),
  passphraseParameters.extend({ kind: z.literal('passphrase') }),
])
export type KeySource = z.infer<typeof keySource>

export interface WrappingKey {
  readonly source: KeySource
  readonly key: Buffer
}

/** `passphrase` null: the keychain. Throws `keychain_unavailable` or `keychain_locked`. */
export const createWrappingKey = async (passphrase: string | null): Promise<WrappingKey> => {
  if (passphrase !== null) {
    const source = { kind: 'passphrase', ...newPassphraseParameters() } as const
    return { source, key: await passphraseKey(passphrase, source) }
  }
  const account = crypto.randomUUID()
  const key = randomBytes(WRAPPING_KEY_LENGTH)
  await useKeychain(account, async (entry, signal) => {
    await entry.setSecret(key, signal)
    const stored = await entry.getSecret(signal)
    if (stored === null || !key.equals(Buffer.from(stored))) throw new Error('the keychain did not keep the key')
  })
  return { source: { kind: 'keychain', account }, key }
}

/**
 * The key of a file that exists. Throws `keychain_unavailable`, `keychain_locked`, `profile_unreadable` when the keychain does not
 * know the key, `invalid_request` when there is a passphrase and none is needed, or the other way round.
 */
export const findWrappingKey = async (source: KeySource, passphrase: string | null): Promise<WrappingKey> => {
  if (source.kind === 'passphrase') {
    if (passphrase === null)
      throw new SallyportError('invalid_request', {
        message: 'This profile is kept under a passphrase. Name its passphrase file.',
      })
    return { source, key: await passphraseKey(passphrase, source) }
  }
  if (passphrase !== null)
    throw new SallyportError('invalid_request', {
      message: 'This profile is kept under the keychain; it takes no passphrase file.',
    })
  const stored = await useKeychain(source.account, (entry, signal) => entry.getSecret(signal))
  if (stored?.length !== WRAPPING_KEY_LENGTH) throw new SallyportError('profile_unreadable')
  return { source, key: Buffer.from(stored) }
}

const useKeychain = async <Result>(
  account: string,
  use: (entry: AsyncEntry, signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const signal = AbortSignal.timeout(KEYCHAIN_LIMIT)
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('the keychain did not answer in time, locked?')), { once: true }),
  )
  try {
    return await Promise.race([use(new AsyncEntry(SERVICE, account, STORE), signal), late])
  } catch (cause) {
    throw new SallyportError(isLocked(cause) ? 'keychain_locked' : 'keychain_unavailable', { cause })
  }
}

/** The keychains tell it in words only. */
const isLocked = (error: unknown): boolean =>
  error instanceof Error && /\blocked\b|prompt|dismissed|user interaction|interaction is not allowed/i.test(error.message)
