/** What to expect of a program by where it lies. */
import type { System } from '../system/system.ts'
import type { Expectation } from './match.ts'

/** Folders that many programs share: a program from there says nothing about its neighbours. */
const SHARED_POSIX = /^\/(?:usr|bin|sbin|opt|snap|home|Users|Applications|usr\/(?:local|share|lib|libexec)|opt\/homebrew)?$/
const SHARED_WINDOWS = /^[A-Za-z]:\\?(?:Windows|Program Files(?: \(x86\))?|Users)?$/i

const isShared = ({ platform, home, path }: System, folder: string): boolean => {
  if (platform === 'win32') return SHARED_WINDOWS.test(folder) || folder === path.join(home, 'AppData', 'Local', 'Programs')
  return SHARED_POSIX.test(folder) || folder === home || folder === path.join(home, '.local')
}

/** The folder that holds a program and what belongs to it; the program alone where it shares its folder with others. */
const placeOf = (system: System, program: string): string => {
  const { path } = system
  const bundle = /^.+?\.app(?=\/|$)/.exec(program)
  if (system.platform === 'darwin' && bundle) return bundle[0]
  const folder = path.dirname(program)
  const whole = /^(?:s?bin|scripts)$/i.test(path.basename(folder)) ? path.dirname(folder) : folder
  return isShared(system, whole) ? program : whole
}

/** @param program path as it was found: on Linux it tells whether it is a sandbox's. */
export const expectProgram = async (system: System, program: string): Promise<Expectation> => {
  const name = system.path.basename(program)
  if (program.includes('/flatpak/exports/bin/')) return { names: [], places: [], sandbox: { kind: 'flatpak', name } }
  if (program.startsWith('/snap/bin/')) return { names: [], places: [], sandbox: { kind: 'snap', name: name.split('.')[0]! } }
  return { names: [], places: [placeOf(system, await system.realPath(program))], sandbox: null }
}

/** A program that runs in a terminal. */
export const expectNamed = (...names: readonly string[]): Expectation => ({ names, places: [], sandbox: null })
