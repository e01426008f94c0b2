import { findProgram, firstProgram, versioned, windowsFolders } from '../system/find-program.ts'
import type { System } from '../system/system.ts'

/** Client tools of PostgreSQL are often installed beside the search path. */
const installed = async (system: System, file: string): Promise<readonly string[]> => {
  const options = { fits: /^\d/, rest: ['bin', file] }
  switch (system.platform) {
    case 'darwin':
      return [
        '/opt/homebrew/opt/libpq/bin',
        '/usr/local/opt/libpq/bin',
        '/Applications/Postgres.app/Contents/Versions/latest/bin',
      ].map((folder) => `${folder}/${file}`)
    case 'win32':
      return versioned(system, system.path.join(windowsFolders(system).programs, 'PostgreSQL'), options)
    case 'linux':
      return versioned(system, '/usr/lib/postgresql', options)
  }
}

/** The path of a client tool of PostgreSQL; null when it is not found. */
export const findPostgresTool = async (system: System, name: string): Promise<string | null> =>
  (await findProgram(system, name)) ??
  firstProgram(system, await installed(system, system.platform === 'win32' ? `${name}.exe` : name))
