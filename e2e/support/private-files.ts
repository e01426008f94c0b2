/** What lies in the folders of programs. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Contents of all files below a folder. */
const contentsBelow = async (folder: string): Promise<Buffer[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name))))
}

/** Which of these folders, by name, have these bytes in one of their files. */
export const foldersWith = async (folders: Readonly<Record<string, string>>, bytes: Buffer): Promise<string[]> => {
  const found: string[] = []
  for (const [name, folder] of Object.entries(folders)) {
    if ((await contentsBelow(folder)).some((content) => content.includes(bytes))) found.push(name)
  }
  return found
}
