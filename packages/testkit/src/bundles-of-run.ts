/** Set-up of a test run: a fresh folder for the bundles of the programs that its tests start. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive } from '@sallyport/postgres'
import { BUNDLES_VARIABLE } from './bundled-program.ts'

/** Below the repository: what is left outside a bundle is found from there. */
const parent = fileURLToPath(new URL('../../../node_modules/.cache/sallyport-bundles', import.meta.url))

const removeThoseOfEndedRuns = async (): Promise<void> => {
  for (const name of readdirSync(parent)) {
    if (!(await isAlive(Number(name)))) rmSync(join(parent, name), { recursive: true, force: true })
  }
}

export const setup = async (): Promise<(() => void) | undefined> => {
  // Each project of a run sets up; the first one's folder serves all.
  if (process.env[BUNDLES_VARIABLE] !== undefined) return undefined
  mkdirSync(parent, { recursive: true })
  await removeThoseOfEndedRuns()
  const folder = join(parent, String(process.pid))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  process.env[BUNDLES_VARIABLE] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
