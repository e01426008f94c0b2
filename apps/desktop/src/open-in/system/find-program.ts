/** Finds programs of other people: on the search path, then where installers put them. */
import { searchPath } from './search-path.ts'
import type { System } from './system.ts'

/** The first of the paths that can be started. */
export const firstProgram = async (system: System, paths: readonly string[]): Promise<string | null> => {
  for (const path of paths) if (await system.isProgram(path)) return path
  return null
}

/** Folders of Linux in which programs lie that are not on everybody's search path: of sandboxes, and of the person. */
const moreFolders = (system: System): readonly string[] =>
  system.platform === 'linux'
    ? [
        '/usr/local/bin',
        '/usr/bin',
        '/snap/bin',
        '/var/lib/flatpak/exports/bin',
        `${system.home}/.local/share/flatpak/exports/bin`,
        `${system.home}/.local/bin`,
      ]
    : []

/** @param names of the program, in order of preference; on Windows without `.exe`. */
export const findProgram = async (system: System, ...names: readonly string[]): Promise<string | null> => {
  const folders = [...(await searchPath(system)), ...moreFolders(system)]
  const suffix = system.platform === 'win32' ? '.exe' : ''
  return firstProgram(
    system,
    names.flatMap((name) => folders.map((folder) => system.path.join(folder, name + suffix))),
  )
}

/** `parent/<name>/rest` for each name in the folder that fits, the newest version first. */
export const versioned = async (
  system: System,
  parent: string,
  { fits, rest }: { readonly fits: RegExp; readonly rest: readonly string[] },
): Promise<readonly string[]> =>
  (await system.list(parent))
    .filter((name) => fits.test(name))
    .toSorted((left, right) => right.localeCompare(left, 'en', { numeric: true }))
    .map((name) => system.path.join(parent, name, ...rest))

/** Where Windows has programs: for all people, and for this one. */
export const windowsFolders = ({ environment, home, path }: System) => ({
  programs: environment['ProgramFiles'] ?? 'C:\\Program Files',
  local: environment['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'),
})
