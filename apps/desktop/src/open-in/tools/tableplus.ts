/** TablePlus takes a URL on macOS and Windows; on Linux it takes nothing, and is only started. */
import { application } from '../application.ts'
import type { Command } from '../recipe.ts'
import { findBundle } from '../system/bundles.ts'
import { findProgram, firstProgram, windowsFolders } from '../system/find-program.ts'
import type { System } from '../system/system.ts'
import type { Target } from '../target.ts'
import { fieldsText } from './names.ts'

const find = async (system: System): Promise<string | null> => {
  switch (system.platform) {
    case 'darwin':
      return findBundle(system, { identifiers: ['com.tinyapp.TablePlus'], names: ['TablePlus'] })
    case 'win32': {
      const { programs, local } = windowsFolders(system)
      const folders = [programs, system.path.join(local, 'Programs')]
      return firstProgram(
        system,
        folders.map((folder) => system.path.join(folder, 'TablePlus', 'TablePlus.exe')),
      )
    }
    case 'linux':
      return findProgram(system, 'tableplus')
  }
}

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())

const urlOf = ({ toolUser, password, host, port, database, title }: Target): string => {
  const parameters = Object.entries({
    statusColor: '007F3D',
    // Spelt by TablePlus.
    enviroment: 'local',
    name: title,
    // No TLS is tried first: the listener is on this computer.
    tLSMode: '0',
    usePrivateKey: 'false',
    safeModeLevel: '0',
    advancedSafeModeLevel: '0',
  }).map(([name, value]) => `${name}=${encoded(value)}`)
  return `postgresql://${toolUser}:${password}@${host}:${port}/${encoded(database)}?${parameters.join('&')}`
}

const start = (system: System, program: string, target: Target): Command => {
  switch (system.platform) {
    // Named, because several apps take such URLs. A URL as an argument after --args hangs it.
    case 'darwin':
      return { program: '/usr/bin/open', args: ['-a', program, urlOf(target)] }
    case 'win32':
      return { program, args: [urlOf(target)] }
    case 'linux':
      return { program, args: [] }
  }
}

export const tableplus = application({
  id: 'tableplus',
  label: 'TablePlus',
  find,
  way: (system, program) => ({
    ...(system.platform === 'linux'
      ? { outcome: 'prepared', next: (target) => `Create a connection to PostgreSQL there: ${fieldsText(target)}.` }
      : { outcome: 'connects' }),
    firstUse: null,
    plan: (target) => ({ files: [], start: start(system, program, target) }),
  }),
})
