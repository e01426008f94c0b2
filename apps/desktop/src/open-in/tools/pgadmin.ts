/**
 * pgAdmin opens nothing from outside. Its own program adds the server to its list, where it is not there yet, and the person
 * opens it. Servers of the person are never replaced. https://www.pgadmin.org/docs/pgadmin4/latest/import_export_servers.html
 */
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import { expectProgram } from '../proof/expectation.ts'
import { PATIENCE, type PlannedFile, type Recipe } from '../recipe.ts'
import { windowsFolders } from '../system/find-program.ts'
import { softwareValue } from '../system/registry.ts'
import type { System } from '../system/system.ts'
import type { Target } from '../target.ts'

interface Installation {
  readonly program: string
  readonly python: string
  readonly setup: string
}

const find = async (system: System): Promise<Installation | null> => {
  const { path } = system
  const at = async (folder: string, parts: Readonly<Record<keyof Installation, string>>): Promise<Installation | null> => {
    const found = {
      program: path.join(folder, parts.program),
      python: path.join(folder, parts.python),
      setup: path.join(folder, parts.setup),
    }
    const complete =
      (await system.isProgram(found.program)) && (await system.isProgram(found.python)) && (await system.isFile(found.setup))
    return complete ? found : null
  }
  switch (system.platform) {
    case 'darwin':
      return at('/Applications/pgAdmin 4.app/Contents', {
        program: 'MacOS/pgAdmin 4',
        python: 'Frameworks/Python.framework/Versions/Current/bin/python3',
        setup: 'Resources/web/setup.py',
      })
    case 'win32': {
      const { programs, local } = windowsFolders(system)
      const noted = await softwareValue(system, 'pgAdmin 4', 'InstallPath')
      const folders = [
        ...(noted === null ? [] : [noted]),
        path.join(programs, 'pgAdmin 4'),
        path.join(local, 'Programs', 'pgAdmin 4'),
      ]
      for (const folder of folders) {
        const found = await at(folder, { program: 'runtime\\pgAdmin4.exe', python: 'python\\python.exe', setup: 'web\\setup.py' })
        if (found !== null) return found
      }
      return null
    }
    case 'linux':
      return at('/usr/pgadmin4', { program: 'bin/pgadmin4', python: 'venv/bin/python3', setup: 'web/setup.py' })
  }
}

const serverList = z.object({ Servers: z.record(z.string(), z.object({ Name: z.string() })) })

const filesOf = (target: Target, passFile: string): readonly PlannedFile[] => {
  const { title, host, port, database, toolUser, password } = target
  const server = {
    Name: title,
    Group: 'Sallyport',
    Host: host,
    Port: port,
    MaintenanceDB: database.toWellFormed(),
    Username: toolUser,
    ConnectionParameters: { sslmode: 'disable', passfile: passFile, connect_timeout: 10 },
  }
  return [
    { name: 'servers.json', text: `${JSON.stringify({ Servers: { 1: server } }, null, 2)}\n` },
    // It asks for no password where there is such a file. libpq takes the line of any user and database.
    {
      name: 'passfile',
      text: `# Written by Sallyport: no secret, the address takes any password.\n${host}:${port}:*:*:${password}\n`,
    },
  ]
}

const failed = (cause?: unknown): SallyportError =>
  new SallyportError('tool_failed', { message: 'pgAdmin did not add the server. Add it there by hand, with the address.', cause })

const namesIn = (text: string | null): readonly string[] => {
  try {
    return Object.values(serverList.parse(JSON.parse(text ?? '')).Servers).map(({ Name }) => Name)
  } catch (cause) {
    throw failed(cause)
  }
}

interface ServerFiles {
  /** Where pgAdmin writes which servers it has. */
  readonly known: string
  readonly own: string
}

/** Twice the same name would be two servers. */
const addServer = async (
  system: System,
  { python, setup }: Installation,
  { title, files }: { title: string; files: ServerFiles },
) => {
  try {
    if ((await system.output(python, [setup, 'dump-servers', files.known])) === null) throw failed()
    if (namesIn(await system.read(files.known)).includes(title)) return
    if ((await system.output(python, [setup, 'load-servers', files.own])) === null) throw failed()
  } finally {
    // The person's own servers are nothing to keep.
    await system.remove(files.known)
  }
}

export const pgadmin: Recipe = {
  id: 'pgadmin',
  label: 'pgAdmin 4',
  kind: 'application',
  protocols: ['postgresql'],
  detect: async (system) => {
    const found = await find(system)
    if (found === null) return null
    const start = { program: found.program, args: [] }
    const expected = await expectProgram(system, found.program)
    return {
      outcome: 'prepared',
      firstUse: 'Start pgAdmin once by itself before: its list of servers is made then.',
      next: ({ title }) => `Open “${title}” in pgAdmin, in the group Sallyport.`,
      patience: PATIENCE.application,
      plan: (target, folder) => {
        const inFolder = (name: string): string => system.path.join(folder, name)
        const files = { known: inFolder('known-servers.json'), own: inFolder('servers.json') }
        return {
          files: filesOf(target, inFolder('passfile')),
          before: () => addServer(system, found, { title: target.title, files }),
          start,
          expected,
        }
      },
    }
  },
}
