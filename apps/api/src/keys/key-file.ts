import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createPrivateFile } from '@sallyport/program'
import { SallyportError } from '@sallyport/protocol'
import { KEY_LENGTH } from './envelope.ts'

const PRIVATE_FOLDER = 0o700
const OTHERS = 0o077

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/** Reads a file of at most `limit` bytes that only this account can read. Throws otherwise; links are not followed. */
export const readPrivateFile = async (path: string, limit: number): Promise<Buffer> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const facts = await file.stat()
    if (!facts.isFile()) throw new Error(`${path} is not a plain file`)
    if ((facts.mode & OTHERS) !== 0) throw new Error(`${path} can be read by others: run chmod 600 on it`)
    if (process.getuid !== undefined && facts.uid !== process.getuid()) throw new Error(`${path} belongs to another account`)
    if (facts.size > limit) throw new Error(`${path} has ${facts.size} bytes, at most ${limit} were expected`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/** Makes the file, and its folder. False, and nothing changed, when there is one. */
export const createKeyFile = async (path: string, content: Uint8Array): Promise<boolean> => {
  await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })
  return createPrivateFile(path, content)
}

/** Null when there is no such file. */
export const readPrivateFileIfPresent = async (path: string, limit: number): Promise<Buffer | null> => {
  try {
    return await readPrivateFile(path, limit)
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return null
    throw cause
  }
}

/** A private file on which a root key depends; null when there is none. Throws `kms_denied` when it may not be used. */
export const readRootKeyFile = async (path: string, limit: number): Promise<Buffer | null> => {
  try {
    return await readPrivateFileIfPresent(path, limit)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SallyportError('kms_denied', { message: `The root key cannot be used: ${why}`, cause })
  }
}

export const damagedRootKey = (where: string, how: string): SallyportError =>
  new SallyportError('kms_key_missing', { message: `The root key is damaged: ${where}: ${how}` })

/** 32 random bytes; null when there is no such file. Throws as a root key does. */
export const readKeyFile = async (path: string): Promise<Uint8Array | null> => {
  const key = await readRootKeyFile(path, KEY_LENGTH)
  if (key === null || key.length === KEY_LENGTH) return key
  throw damagedRootKey(path, `it has ${key.length} bytes instead of ${KEY_LENGTH}`)
}

export const makeKeyFile = async (path: string): Promise<void> => {
  const fresh = randomBytes(KEY_LENGTH)
  await createKeyFile(path, fresh)
  fresh.fill(0)
}
