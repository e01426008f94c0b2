/** Which programs this machine has: tests that need one say why they are skipped. */
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where servers live that are not on everybody's search path. */
const moreFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin']

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The full path of a program on the search path or in the folders of servers; null if there is none. */
export const findProgram = (name: string): string | null => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...moreFolders]
  const file = process.platform === 'win32' ? `${name}.exe` : name
  return folders.map((folder) => join(folder, file)).find(isExecutable) ?? null
}

export const hasProgram = (name: string): boolean => findProgram(name) !== null

/** The folder of a PostgreSQL of this major version that Debian's packages installed; null if there is none. */
export const installedPostgres = (major: number): string | null => {
  const folder = `/usr/lib/postgresql/${major}/bin`
  return existsSync(join(folder, 'postgres')) ? folder : null
}

export interface Needs {
  readonly programs?: readonly string[]
  readonly platforms?: readonly NodeJS.Platform[]
  readonly root?: boolean
}

/** Why a test with these needs cannot run here; null if it can. For `test.skipIf` and its name. */
export const skipReason = ({ programs = [], platforms, root = false }: Needs): string | null => {
  if (platforms !== undefined && !platforms.includes(process.platform)) return `runs on ${platforms.join(', ')} only`
  const missing = programs.filter((name) => !hasProgram(name))
  if (missing.length > 0) return `needs ${missing.join(', ')}`
  if (root && process.getuid?.() !== 0) return 'needs root'
  return null
}
