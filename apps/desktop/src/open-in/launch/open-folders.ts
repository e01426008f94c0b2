/** Folders with what tools are given to open: one for each credential, private, and gone when the access has ended. */
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SallyportError, uuid } from '@sallyport/protocol'
import type { PlannedFile } from '../recipe.ts'

export const openFolderOf = (parent: string, credential: string): string => {
  // Of our own making: the id becomes a path.
  if (!uuid.safeParse(credential).success) throw new SallyportError('invalid_request')
  return join(parent, credential)
}

export const writeOpenFolder = async (folder: string, files: readonly PlannedFile[]): Promise<void> => {
  if (files.length === 0) return
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  for (const { name, text, executable } of files) {
    const path = join(folder, ...name.split('/'))
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // Made anew: a tool may have changed it, and the mode of a file that is there stays as it is.
    await rm(path, { force: true })
    await writeFile(path, text, { mode: executable === true ? 0o700 : 0o600, flag: 'wx' })
  }
}

/** Removes the folders of all other credentials. */
export const keepOpenFolders = async (parent: string, granted: ReadonlySet<string>): Promise<void> => {
  const names = await readdir(parent).catch(() => [])
  for (const name of names) if (!granted.has(name)) await rm(join(parent, name), { recursive: true, force: true })
}
