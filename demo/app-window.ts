/** The app itself, on the agent of the demo's user, where Electron can run. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { buildDesktop, desktopFolder, findElectron, programEnvironment } from '@sallyport/testbed'
import { step } from './progress.ts'
import type { Stops } from './system.ts'

/** Opens the window; it ends with the demo. Returns whether it could. */
export const openApp = async (profile: string, stops: Stops): Promise<boolean> => {
  const found = findElectron()
  if ('missing' in found) return false
  try {
    await step('the app’s window', async () => {
      await buildDesktop('app')
      const child = spawn(found.binary, [desktopFolder], {
        stdio: 'ignore',
        env: programEnvironment({ SALLYPORT_PROFILE: profile }),
      })
      const ended = once(child, 'exit')
      stops.push(async () => {
        if (child.exitCode === null && child.kill()) await ended
      })
      await once(child, 'spawn')
    })
    return true
  } catch {
    return false
  }
}
