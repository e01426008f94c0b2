/** Opens a page in the system's browser from a program without a window. The caller checked the address. */
import { spawn } from 'node:child_process'
import { SallyportError } from '@sallyport/protocol'
import { toolEnvironment } from '../open-in/launch/environment.ts'

/** Milliseconds after which an opener that still runs counts as having done it. */
const LIMIT = 3_000

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['/usr/bin/open'],
  win32: ['rundll32.exe', 'url.dll,FileProtocolHandler'],
  linux: ['xdg-open'],
}

/** Never through a shell: the address is one argument. Throws `not_found` where no browser can be opened. */
export const openInSystemBrowser = (
  address: string,
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const [program, ...words] = openers[platform] ?? ['xdg-open']
    const child = spawn(program, [...words, address], { detached: true, stdio: 'ignore', env: toolEnvironment(environment) })
    const refuse = (cause: unknown): void =>
      reject(new SallyportError('not_found', { message: 'No browser could be opened on this computer.', cause }))
    const timer = setTimeout(resolve, LIMIT)
    child.once('error', (error) => {
      clearTimeout(timer)
      refuse(error)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve()
      else refuse(new Error(`${program} ended with ${code}`))
    })
    child.unref()
  })
