/**
 * DBeaver takes a connection on its command line, hands it to the one that runs, and connects. The names of its parameters:
 * https://dbeaver.com/docs/dbeaver/Command-Line/
 */
import { application } from '../application.ts'
import { findBundle } from '../system/bundles.ts'
import { findProgram, firstProgram, windowsFolders } from '../system/find-program.ts'
import type { System } from '../system/system.ts'
import type { Target } from '../target.ts'
import { refuseDatabase } from './names.ts'

const EDITIONS = ['DBeaver', 'DBeaverLite', 'DBeaverUltimate', 'DBeaverEE'] as const

const find = async (system: System): Promise<string | null> => {
  switch (system.platform) {
    case 'darwin': {
      const bundle = await findBundle(system, { identifiers: ['org.jkiss.dbeaver.core.product'], names: EDITIONS })
      return bundle === null ? null : `${bundle}/Contents/MacOS/dbeaver`
    }
    case 'win32': {
      const { programs, local } = windowsFolders(system)
      const folders = [programs, local, system.path.join(local, 'Programs')]
      return firstProgram(
        system,
        folders.flatMap((folder) => EDITIONS.map((edition) => system.path.join(folder, edition, 'dbeaver.exe'))),
      )
    }
    case 'linux':
      return findProgram(
        system,
        ...['dbeaver', 'dbeaver-ce', 'dbeaver-le', 'dbeaver-ue', 'dbeaver-ee', 'io.dbeaver.DBeaverCommunity'],
      )
  }
}

/** It splits at `|` and puts variables in place of `${…}`. */
// oxlint-disable-next-line no-control-regex -- no line of a specification holds them
const UNFIT = /[|\u0000-\u001f\u007f]|\$\{|^\s|\s$/

const specification = (target: Target): string => {
  refuseDatabase(target, UNFIT, 'DBeaver')
  const { title, host, port, database, toolUser, password } = target
  return Object.entries({
    driver: 'postgres-jdbc',
    name: title,
    host,
    port,
    database,
    user: toolUser,
    password,
    // Without it the password is asked for.
    savePassword: true,
    create: true,
    // Gone when DBeaver ends.
    save: false,
    openConsole: true,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('|')
}

export const dbeaver = application({
  id: 'dbeaver',
  label: 'DBeaver',
  find,
  way: (_system, program) => ({
    outcome: 'connects',
    firstUse: 'DBeaver may ask once to download the driver for PostgreSQL. Agree, and open it again from here.',
    plan: (target) => ({ files: [], start: { program, args: ['-nosplash', '-con', specification(target)] } }),
  }),
})
