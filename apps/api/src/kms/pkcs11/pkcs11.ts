/**
 * A hardware security module, or anything else with a PKCS #11 library: data keys are made here and encrypted there by
 * AES-GCM with the context as associated data.
 *
 *     0        1          1+n        13+n
 *     +--------+----------+----------+--------------------+
 *     | n      | CKA_ID   | nonce    | ciphertext and tag |
 *     +--------+----------+----------+--------------------+
 *
 * All keys of one label are versions of one key; that with the greatest CKA_ID is the newest.
 */
import { randomBytes } from 'node:crypto'
import { SallyportError, utf8 } from '@sallyport/protocol'
import { type BoundContext, DATA_KEY, type KeyService } from '../key-service.ts'
import { CKR } from './cryptoki.ts'
import { requireOk } from './return-values.ts'
import { findKeys, type OpenSession, type SessionOptions, type TokenKey, tokenSession } from './session.ts'

export interface Pkcs11Options extends SessionOptions {
  /** Label of the keys. */
  readonly key: string
}

const NONCE = 12
const TAG = 16

/** What says that the device is in trouble, and not what it was given. */
const troubles: ReadonlySet<number> = new Set([
  ...[CKR.CRYPTOKI_NOT_INITIALIZED, CKR.DEVICE_ERROR, CKR.DEVICE_REMOVED, CKR.KEY_HANDLE_INVALID, CKR.SESSION_CLOSED],
  ...[CKR.SESSION_HANDLE_INVALID, CKR.TOKEN_NOT_PRESENT, CKR.USER_NOT_LOGGED_IN],
])

/** Oldest first. A token that was taken away has none, and says nothing else: that is no reason to call what was wrapped damaged. */
const versionsOf = async (opened: OpenSession, label: string): Promise<[TokenKey, ...TokenKey[]]> => {
  const keys = await findKeys(opened, label)
  const [first, ...others] = keys.toSorted((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1))
  if (!first) throw new SallyportError('kms_key_missing')
  return [first, ...others]
}

const newestOf = async (opened: OpenSession, label: string): Promise<TokenKey> => (await versionsOf(opened, label)).at(-1)!

const readWrapped = (wrapped: Uint8Array) => {
  const end = 1 + (wrapped[0] ?? 0)
  if (wrapped.length !== end + NONCE + DATA_KEY + TAG) {
    throw new SallyportError('secret_unavailable', { cause: new Error('a wrapped key of another length') })
  }
  return {
    id: Buffer.from(wrapped.subarray(1, end)).toString('hex'),
    nonce: wrapped.subarray(end, end + NONCE),
    sealed: wrapped.subarray(end + NONCE),
  }
}

const decrypt = async (
  { cryptoki, handle }: OpenSession,
  key: TokenKey,
  { nonce, sealed, text }: Omit<ReturnType<typeof readWrapped>, 'id'> & Pick<BoundContext, 'text'>,
): Promise<Uint8Array> => {
  requireOk(await cryptoki.decryptInit(handle, cryptoki.gcm(nonce, utf8(text)), key.handle), 'C_DecryptInit')
  // Some libraries want room for the tag, too.
  const plaintext = Buffer.alloc(sealed.length)
  const length = [plaintext.length]
  const result = await cryptoki.decrypt(handle, sealed, sealed.length, plaintext, length)
  if (result === CKR.OK && Number(length[0]) === DATA_KEY) return plaintext.subarray(0, DATA_KEY)
  plaintext.fill(0)
  if (troubles.has(result)) requireOk(result, 'C_Decrypt')
  throw new SallyportError('secret_unavailable', { cause: new Error(`C_Decrypt: CKR 0x${result.toString(16)}`) })
}

export const pkcs11Service = (options: Pkcs11Options): KeyService => {
  const session = tokenSession(options)
  return {
    driver: 'pkcs11',
    locator: `${options.token}/${options.key}`,
    protection: 'a key of a PKCS #11 token',
    generate: ({ text }, signal) =>
      session.run(signal, async (opened) => {
        const { cryptoki, handle } = opened
        const key = await newestOf(opened, options.key)
        const [plaintext, nonce] = [randomBytes(DATA_KEY), randomBytes(NONCE)]
        requireOk(await cryptoki.encryptInit(handle, cryptoki.gcm(nonce, utf8(text)), key.handle), 'C_EncryptInit')
        const sealed = Buffer.alloc(DATA_KEY + TAG)
        const length = [sealed.length]
        requireOk(await cryptoki.encrypt(handle, plaintext, DATA_KEY, sealed, length), 'C_Encrypt')
        const id = Buffer.from(key.id, 'hex')
        const wrapped = Buffer.concat([Uint8Array.of(id.length), id, nonce, sealed.subarray(0, Number(length[0]))])
        return { plaintext, wrapped, version: key.id }
      }),
    open: (wrapped, { text }, signal) =>
      session.run(signal, async (opened) => {
        const { id, nonce, sealed } = readWrapped(wrapped)
        const key = (await versionsOf(opened, options.key)).find((candidate) => candidate.id === id)
        if (!key) throw new SallyportError('secret_unavailable', { cause: new Error(`no key with CKA_ID ${id}`) })
        return decrypt(opened, key, { nonce, sealed, text })
      }),
    version: (signal) => session.run(signal, async (opened) => (await newestOf(opened, options.key)).id),
    close: () => session.close(),
  }
}
