/** Files of the profile: readable by their owner only, replaced whole or not at all. */
import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SallyportError } from '@sallyport/protocol'

const PRIVATE = 0o600

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** null when there is none. Throws `profile_unreadable` when it is longer than `maxLength` bytes. */
export const readPrivateFile = async (path: string, maxLength: number): Promise<Buffer | null> => {
  try {
    const { size } = await stat(path)
    if (size > maxLength) throw new SallyportError('profile_unreadable', { cause: new Error(`${path} has ${size} bytes`) })
    return await readFile(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** On disk, then renamed, then the name on disk: what was replaced survives a power loss, and is never half of either. */
export const replacePrivateFile = async (path: string, content: string | Uint8Array): Promise<void> => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const file = await open(temporary, 'wx', PRIVATE)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await synchronizeFolder(dirname(path))
}

/** Windows has no such call for folders. */
const synchronizeFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
