/** Files of a program's own: readable by its account only, replaced whole or not at all, on disk when a call returns. */
import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const PRIVATE_FILE = 0o600
const PRIVATE_FOLDER = 0o700
const OTHERS = 0o077

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/** null when there is none. Throws when it has more than `maxLength` bytes, of which none is kept. */
export const readFileUpTo = async (path: string, maxLength: number): Promise<Buffer | null> => {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    if (size > maxLength) throw new Error(`${path} has ${size} bytes, at most ${maxLength} were expected`)
    return await file.readFile()
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

/** As {@link readFileUpTo}, of UTF-8. */
export const readTextUpTo = async (path: string, maxLength: number): Promise<string | null> =>
  (await readFileUpTo(path, maxLength))?.toString('utf8') ?? null

/** Makes the folder, or takes it away from others where they could look in. */
export const makePrivateFolder = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER })
  if (process.platform !== 'win32' && ((await stat(path)).mode & OTHERS) !== 0) await chmod(path, PRIVATE_FOLDER)
}

/** What was replaced survives a power loss, and is never half of either. */
export const replacePrivateFile = async (path: string, content: string | Uint8Array): Promise<void> => {
  const draft = await writeDraft(path, content)
  try {
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await synchronizeFolder(dirname(path))
}

/**
 * Writes a new file. False, and nothing changed, when there is one: of two programs that start at once, one makes the file and both
 * read it.
 */
export const createPrivateFile = async (path: string, content: string | Uint8Array): Promise<boolean> => {
  const draft = await writeDraft(path, content)
  try {
    await link(draft, path)
    await synchronizeFolder(dirname(path))
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Beside the file, on disk, under a name that nobody can guess. */
const writeDraft = async (path: string, content: string | Uint8Array): Promise<string> => {
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  try {
    await using file = await open(draft, 'wx', PRIVATE_FILE)
    await file.writeFile(content)
    await file.sync()
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  return draft
}

/** A new name is on disk only when its folder is. Windows has no such call for folders. */
const synchronizeFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return
  await using folder = await open(path, 'r')
  await folder.sync()
}
