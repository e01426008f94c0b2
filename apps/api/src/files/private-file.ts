/** Small files that only the account of this program may read. */
import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

const PRIVATE = 0o600

const hasCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/** Complete on disk before it has its name, so that a crash leaves the whole file or none. False if it exists already. */
const createPrivateFile = async (path: string, content: string): Promise<boolean> => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(temporary, 'wx', PRIVATE)
  try {
    await file.writeFile(content)
    await file.sync()
    await link(temporary, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await file.close()
    await unlink(temporary)
  }
}

/**
 * The file's content; made if it does not exist. Of two programs at the same time both get the same content. Throws when
 * others may read it: its secret is no longer one.
 */
export const readOrCreatePrivateFile = async (path: string, make: () => string): Promise<string> => {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(`${path} can be read by others (mode ${(mode & 0o777).toString(8)}); it must be 600`)
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
  await createPrivateFile(path, make())
  return readFile(path, 'utf8')
}

/**
 * The folder of everything this program keeps. Others may pass through but not list it: the embedded database runs under
 * another account when this program is root, and its own folder is below.
 */
export const makeDataDirectory = async (path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  await mkdir(path, { recursive: true, mode: 0o711 })
  await chmod(path, process.getuid?.() === 0 ? 0o711 : 0o700)
}
