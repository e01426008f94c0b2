/** A computer made of data, for recipes of systems that a test does not run on. */
import { posix, win32 } from 'node:path'
import type { Platform } from '../../shared/addresses.ts'
import type { System } from './system.ts'

export interface MadeUp {
  readonly platform: Platform
  readonly environment?: NodeJS.ProcessEnv
  /** Paths of programs and files; a link says where it leads, a text file what it holds. */
  readonly files?: readonly string[]
  readonly links?: Readonly<Record<string, string>>
  readonly texts?: Readonly<Record<string, string>>
  /** What programs print, by their words joined with spaces. */
  readonly outputs?: Readonly<Record<string, string>>
}

const homes: Readonly<Record<Platform, string>> = { linux: '/home/ada', darwin: '/Users/ada', win32: 'C:\\Users\\ada' }

export const madeUpSystem = ({
  platform,
  environment = {},
  files = [],
  links = {},
  texts = {},
  outputs = {},
}: MadeUp): System => {
  const path = platform === 'win32' ? win32 : posix
  const known = new Set([...files, ...Object.keys(links), ...Object.keys(texts)])
  return {
    platform,
    environment,
    home: homes[platform],
    path,
    isProgram: async (file) => known.has(file),
    isFile: async (file) => known.has(file),
    list: async (folder) => [
      ...new Set(
        [...known]
          .filter((file) => file.startsWith(folder + path.sep))
          .map((file) => file.slice(folder.length + 1).split(path.sep)[0]!),
      ),
    ],
    realPath: async (file) => links[file] ?? file,
    read: async (file) => texts[file] ?? null,
    remove: async () => {},
    output: async (program, args) => outputs[[program, ...args].join(' ')] ?? null,
  }
}
