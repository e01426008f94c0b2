/** The witness's own key: Ed25519, in a file that only its account reads. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noteKey, type NoteKey, rawPublicKey } from '@sallyport/audit-log'

export interface WitnessKey {
  /** Its name is the witness's. */
  readonly key: NoteKey
  readonly sign: (message: Uint8Array) => Uint8Array
}

const keyFile = (folder: string): string => join(folder, 'key.pem')
const nameFile = (folder: string): string => join(folder, 'name')

const writeNew = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Throws when there is a key already: a witness that changes its key is another witness. */
export const makeKey = async (folder: string, name: string): Promise<WitnessKey> => {
  const { privateKey } = generateKeyPairSync('ed25519')
  noteKey(name, 'cosignature', rawPublicKey(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })))
  await writeNew(keyFile(folder), privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  await writeNew(nameFile(folder), `${name}\n`)
  return readKey(folder)
}

/** Throws when there is none, or when it is not an Ed25519 key. */
export const readKey = async (folder: string): Promise<WitnessKey> => {
  const privateKey = createPrivateKey(await readFile(keyFile(folder), 'utf8'))
  const name = (await readFile(nameFile(folder), 'utf8')).trim()
  const raw = rawPublicKey(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }))
  return { key: noteKey(name, 'cosignature', raw), sign: (message) => sign(null, message, privateKey) }
}
