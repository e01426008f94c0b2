/**
 * What recipes see of the computer: its files and the answers of its own small programs. Handed in, so that the recipes of all
 * systems are tried on any of them.
 */
import type { PlatformPath } from 'node:path'
import type { Platform } from '../../shared/addresses.ts'

export interface System {
  readonly platform: Platform
  readonly environment: NodeJS.ProcessEnv
  /** The person's own folder. */
  readonly home: string
  /** How this system writes paths. */
  readonly path: PlatformPath
  /** Whether there is a file that may be run, or on macOS a bundle. */
  isProgram(path: string): Promise<boolean>
  isFile(path: string): Promise<boolean>
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>
  /** Where links lead; the path itself where that is not known. */
  realPath(path: string): Promise<string>
  /** At most 1 MiB of a text file; null where it cannot be read. */
  read(path: string): Promise<string | null>
  remove(path: string): Promise<void>
  /** What a program prints, at most 1 MiB; null when it fails or takes longer than 10 s. */
  output(program: string, args: readonly string[]): Promise<string | null>
}
