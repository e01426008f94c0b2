/** Set-up of a test run: a fresh folder for what is made once, removed at its end. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive } from '@sallyport/postgres'
import { RUN_FOLDER_VARIABLE } from './run-folder.ts'

/** Below the repository: the packages that a program's bundle leaves outside are found from there. */
const parent = fileURLToPath(new URL('../../../node_modules/.cache/sallyport-test-runs', import.meta.url))

const removeThoseOfEndedRuns = async (): Promise<void> => {
  for (const name of readdirSync(parent)) {
    if (!(await isAlive(Number(name)))) rmSync(join(parent, name), { recursive: true, force: true })
  }
}

export const setup = async (): Promise<(() => void) | undefined> => {
  // Each project of a run sets up; the first one's folder serves all.
  if (process.env[RUN_FOLDER_VARIABLE] !== undefined) return undefined
  mkdirSync(parent, { recursive: true })
  await removeThoseOfEndedRuns()
  const folder = join(parent, String(process.pid))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  process.env[RUN_FOLDER_VARIABLE] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
