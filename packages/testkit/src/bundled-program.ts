/**
 * Our programs as one file each. Tests start them hundreds of times, and from one file they are up in half the time that
 * finding, stripping and linking a thousand takes.
 */
import { execFile } from 'node:child_process'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { madeOnce } from './run-folder.ts'

const run = promisify(execFile)

const root = fileURLToPath(new URL('../../../', import.meta.url))
const bundler = fileURLToPath(new URL('bundle-program.ts', import.meta.url))

/**
 * The file by which Node starts a program of ours. `entry` is its main file below the repository's root; it is also what is
 * returned outside a test run. The first caller makes the bundle.
 */
export const bundledProgram = async (entry: string): Promise<string> => {
  const source = resolve(root, entry)
  const bundle = await madeOnce(entry.replaceAll(/[/.]/g, '-'), async (folder) => {
    await run(process.execPath, [bundler, source, folder])
  })
  return bundle === null ? source : join(bundle, basename(entry).replace(/ts$/, 'js'))
}
