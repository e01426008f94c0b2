/** Finds programs of other people: on the PATH, then where installers put them. */
import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const suffix = process.platform === 'win32' ? '.exe' : ''

/** Each version of PostgreSQL has a folder of its own there; the newest first. */
const versioned = async (parent: string): Promise<string[]> => {
  try {
    const versions = (await readdir(parent)).toSorted((left, right) => right.localeCompare(left, 'en', { numeric: true }))
    return versions.map((version) => join(parent, version, 'bin'))
  } catch {
    return []
  }
}

const installFolders = async (): Promise<string[]> => {
  switch (process.platform) {
    case 'darwin':
      return [
        '/opt/homebrew/opt/libpq/bin',
        '/usr/local/opt/libpq/bin',
        '/Applications/Postgres.app/Contents/Versions/latest/bin',
      ]
    case 'win32':
      return versioned(join(process.env['ProgramFiles'] ?? 'C:\\Program Files', 'PostgreSQL'))
    default:
      return versioned('/usr/lib/postgresql')
  }
}

/** The path of the program; null when it is not found. */
export const findPostgresProgram = async (name: string): Promise<string | null> => {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const folder of [...folders, ...(await installFolders())]) {
    const path = join(folder, name + suffix)
    if (await isExecutable(path)) return path
  }
  return null
}
