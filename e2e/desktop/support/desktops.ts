/** On what the app is tried: the stand-in for Electron, and Electron itself where it can run. */
import { findElectron } from '@sallyport/testbed'
import { afterEach, describe } from 'vitest'
import { chromiumPath, type DesktopOptions, type DesktopProgram, desktopMissing, startDesktop } from './desktop-program.ts'
import { startOnElectron } from './electron-program.ts'

export type StartDesktop = (options: DesktopOptions) => Promise<DesktopProgram>

interface Desktop {
  readonly name: string
  /** Why it cannot be used here; null: it can. */
  readonly missing: string | null
  readonly start: StartDesktop
}

const electron = (): Desktop => {
  const found = findElectron()
  const missing = desktopMissing() ?? ('missing' in found ? found.missing : null)
  const programs = { electron: 'binary' in found ? found.binary : '', chromium: chromiumPath() ?? '' }
  return { name: 'Electron', missing, start: (options) => startOnElectron(programs, options) }
}

const desktops: readonly Desktop[] = [{ name: 'the stand-in', missing: desktopMissing(), start: startDesktop }, electron()]

/** When a test fails, what its apps showed is written out: a picture in words says more than a locator that found nothing. */
const told = (start: StartDesktop): StartDesktop => {
  const started: DesktopProgram[] = []
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    for (const { page } of started) {
      const shown = await page
        .locator('body')
        .ariaSnapshot({ timeout: 2_000 })
        .catch(() => 'nothing')
      process.stderr.write(`${task.name}: the app showed\n${shown}\n`)
    }
  })
  return async (options) => {
    const app = await start(options)
    started.push(app)
    return app
  }
}

/** A suite for each desktop; where one is missing, its tests are reported as skipped, with the reason in their name. */
export const onDesktops = (name: string, suite: (start: StartDesktop) => void): void => {
  for (const { name: desktop, missing, start } of desktops)
    describe.skipIf(missing !== null)(`${name}, on ${desktop}${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
      suite(told(start))
    })
}
