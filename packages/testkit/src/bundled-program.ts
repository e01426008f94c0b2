/**
 * Our programs as one file each. Tests start them hundreds of times, and from one file they are up in half the time that
 * finding, stripping and linking a thousand takes.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runFolder } from './run-folder.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const bundler = fileURLToPath(new URL('bundle-program.ts', import.meta.url))

/**
 * The file by which Node starts a program of ours. `entry` is its main file below the repository's root; it is also what is
 * returned outside a test run. The first caller makes the bundle.
 */
export const bundledProgram = (entry: string): string => {
  const folder = runFolder()
  if (folder === null) return resolve(root, entry)
  const name = entry.replaceAll(/[/.]/g, '-')
  const bundle = join(folder, name)
  if (!existsSync(bundle)) execFileSync(process.execPath, [bundler, resolve(root, entry), name], { stdio: 'inherit' })
  return join(bundle, basename(entry).replace(/ts$/, 'js'))
}
