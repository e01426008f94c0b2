/** VS Code with the SQLTools extension opens a workspace of ours, whose settings hold the connection and ask for it. */
import { application } from '../application.ts'
import type { Recipe } from '../recipe.ts'
import { findBundle } from '../system/bundles.ts'
import { findProgram, firstProgram, windowsFolders } from '../system/find-program.ts'
import type { System } from '../system/system.ts'
import type { Target } from '../target.ts'
import { refuseDatabase } from './names.ts'

interface Edition {
  readonly label: string
  readonly identifier: string
  /** Name of the app, and of its folder on Windows. */
  readonly app: string
  /** File names of the program: on Linux, of its sandbox there, on Windows. */
  readonly linux: readonly string[]
  readonly windows: string
  /** Folder of its extensions, below the person's own. */
  readonly extensions: readonly string[]
}

const EDITIONS: readonly Edition[] = [
  {
    label: 'VS Code',
    identifier: 'com.microsoft.VSCode',
    app: 'Visual Studio Code',
    linux: ['code', 'com.visualstudio.code'],
    windows: 'Microsoft VS Code\\Code.exe',
    extensions: ['.vscode/extensions', '.var/app/com.visualstudio.code/data/vscode/extensions'],
  },
  {
    label: 'VS Code Insiders',
    identifier: 'com.microsoft.VSCodeInsiders',
    app: 'Visual Studio Code - Insiders',
    linux: ['code-insiders'],
    windows: 'Microsoft VS Code Insiders\\Code - Insiders.exe',
    extensions: ['.vscode-insiders/extensions'],
  },
  {
    label: 'VSCodium',
    identifier: 'com.vscodium',
    app: 'VSCodium',
    linux: ['codium', 'com.vscodium.codium'],
    windows: 'VSCodium\\VSCodium.exe',
    extensions: ['.vscode-oss/extensions', '.var/app/com.vscodium.codium/data/codium/extensions'],
  },
]

/** The extension and its driver. */
const NEEDED = [/^mtxr\.sqltools-\d/, /^mtxr\.sqltools-driver-pg-\d/]

const hasSqlTools = async (system: System, { extensions }: Edition): Promise<boolean> => {
  for (const folder of extensions) {
    const names = await system.list(system.path.join(system.home, ...folder.split('/')))
    if (NEEDED.every((needed) => names.some((name) => needed.test(name)))) return true
  }
  return false
}

const find = async (system: System, edition: Edition): Promise<string | null> => {
  switch (system.platform) {
    case 'darwin': {
      const bundle = await findBundle(system, { identifiers: [edition.identifier], names: [edition.app] })
      return bundle === null ? null : `${bundle}/Contents/Resources/app/bin/${edition.linux[0]}`
    }
    case 'win32': {
      // The program itself: what the search path has is a batch file, which only a shell can start.
      const { programs, local } = windowsFolders(system)
      const folders = [system.path.join(local, 'Programs'), programs]
      return firstProgram(
        system,
        folders.map((folder) => system.path.join(folder, edition.windows)),
      )
    }
    case 'linux':
      return findProgram(system, ...edition.linux)
  }
}

const workspaceOf = (target: Target): string => {
  // Settings put variables in place of `${…}`.
  refuseDatabase(target, /\$\{/, 'SQLTools')
  const { title, host, port, database, toolUser, password } = target
  const connection = { name: title, driver: 'PostgreSQL', server: host, port, database, username: toolUser, password }
  const settings = { 'sqltools.connections': [connection], 'sqltools.autoConnectTo': title }
  const comment = '// Written by Sallyport. The password is no secret: the address takes any, from programs of this person only.'
  return `${comment}\n${JSON.stringify({ folders: [{ path: '.' }], settings }, null, 2)}\n`
}

const recipeOf = (edition: Edition, id: string): Recipe =>
  application({
    id,
    label: `${edition.label} with SQLTools`,
    find: (system) => find(system, edition),
    isComplete: (system) => hasSqlTools(system, edition),
    way: (system, program) => ({
      outcome: 'connects',
      firstUse: `${edition.label} asks once whether to trust the folder of the workspace.`,
      plan: (target, folder) => {
        const name = `${target.fileName}.code-workspace`
        return {
          files: [{ name, text: workspaceOf(target) }],
          start: { program, args: [system.path.join(folder, name)] },
        }
      },
    }),
  })

export const vscode: readonly Recipe[] = [
  recipeOf(EDITIONS[0]!, 'vscode'),
  recipeOf(EDITIONS[1]!, 'vscode-insiders'),
  recipeOf(EDITIONS[2]!, 'vscodium'),
]
