/**
 * The identity of this device: read once, changed in memory and on disk together. A change counts only when it is on disk, so
 * that a program that is killed never forgets a device state it used.
 */
import { randomBytes } from 'node:crypto'
import { replacePrivateFile } from '@sallyport/program'
import { SallyportError, toBase64url } from '@sallyport/protocol'
import { readProfileFile } from '../../local/profile-file.ts'
import { type IdentityDocument, identityDocument } from './document.ts'
import { generatePrivateKey } from './key-pair.ts'
import { MAX_SEALED_FILE, openFile, readKeySource, sealFile } from './sealed-file.ts'
import { createWrappingKey, findWrappingKey, type WrappingKey } from './wrapping-key.ts'

export type IdentityChange = Partial<Omit<IdentityDocument, 'version' | 'fingerprintSecret'>>

export class IdentityStore {
  readonly #path: string
  readonly #key: WrappingKey
  #document: IdentityDocument
  #writing: Promise<unknown> = Promise.resolve()

  constructor(path: string, key: WrappingKey, document: IdentityDocument) {
    this.#path = path
    this.#key = key
    this.#document = document
  }

  get document(): IdentityDocument {
    return this.#document
  }

  get keyStorage(): 'keychain' | 'passphrase' {
    return this.#key.source.kind
  }

  /** Whether the key of the profile can still be had. Throws what {@link findWrappingKey} does. */
  async prove(): Promise<void> {
    // A passphrase was believed when it opened the file; a keychain may be locked or emptied since.
    if (this.#key.source.kind === 'keychain') await findWrappingKey(this.#key.source, null)
  }

  /** Resolves when the change is on disk; only then it is seen. Changes happen one after the other. */
  change(change: (document: IdentityDocument) => IdentityChange): Promise<void> {
    const written = this.#writing.then(async () => {
      const next = { ...this.#document, ...change(this.#document) }
      await writeDocument(this.#path, this.#key, next)
      this.#document = next
    })
    this.#writing = written.catch(() => {})
    return written
  }

  /** Resolves when what was asked for before is on disk. */
  async settle(): Promise<void> {
    await this.#writing
  }
}

/**
 * Opens the identity, or makes one where there is none. `passphrase` null: the keychain. Throws what {@link findWrappingKey} and
 * {@link openFile} do.
 */
export const openIdentity = async (path: string, passphrase: string | null): Promise<IdentityStore> => {
  const file = await readProfileFile(path, MAX_SEALED_FILE)
  if (file === null) return createIdentity(path, passphrase)
  const key = await findWrappingKey(readKeySource(file), passphrase)
  return new IdentityStore(path, key, parseDocument(openFile(key, file)))
}

const createIdentity = async (path: string, passphrase: string | null): Promise<IdentityStore> => {
  const document: IdentityDocument = {
    version: 1,
    deviceKey: await generatePrivateKey(),
    fingerprintSecret: toBase64url(randomBytes(32)),
    deviceName: null,
    device: null,
    deviceState: null,
    enrolment: null,
    session: null,
    ended: null,
    loopback: null,
  }
  const key = await createWrappingKey(passphrase)
  await writeDocument(path, key, document)
  return new IdentityStore(path, key, document)
}

const writeDocument = async (path: string, key: WrappingKey, document: IdentityDocument): Promise<void> => {
  const content = Buffer.from(JSON.stringify(identityDocument.parse(document)))
  try {
    await replacePrivateFile(path, sealFile(key, content))
  } finally {
    content.fill(0)
  }
}

const parseDocument = (content: Buffer): IdentityDocument => {
  try {
    return identityDocument.parse(JSON.parse(content.toString('utf8')))
  } catch (cause) {
    // The issues of a schema may quote what they found.
    throw new SallyportError('profile_unreadable', { cause: new Error(cause instanceof Error ? cause.name : 'unreadable') })
  } finally {
    content.fill(0)
  }
}
