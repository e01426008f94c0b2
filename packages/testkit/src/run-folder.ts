/** The folder of one test run: what many of its tests need is made there once. What was changed between two runs is never missed. */
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { oneAtATime } from './one-at-a-time.ts'

export const RUN_FOLDER_VARIABLE = 'SALLYPORT_TEST_RUN_FOLDER'

/** null outside a test run. */
export const runFolder = (): string | null => process.env[RUN_FOLDER_VARIABLE] ?? null

/**
 * The folder `name` of this run, which the first caller has made while others wait: `make` fills an empty folder, which then
 * appears complete or not at all. Null outside a test run.
 */
export const madeOnce = async (name: string, make: (folder: string) => Promise<void>): Promise<string | null> => {
  const parent = runFolder()
  if (parent === null) return null
  const made = join(parent, name)
  if (existsSync(made)) return made
  return oneAtATime(`${made}.lock`, async () => {
    if (existsSync(made)) return made
    const partial = await mkdtemp(`${made}-partial-`)
    try {
      await make(partial)
      await rename(partial, made)
      return made
    } catch (error) {
      await rm(partial, { recursive: true, force: true })
      throw error
    }
  })
}

/** Whether nobody of this run has claimed `name` before; outside a test run always. */
export const claim = (name: string): boolean => {
  const parent = runFolder()
  if (parent === null) return true
  try {
    closeSync(openSync(join(parent, `claimed-${name}`), 'wx'))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
