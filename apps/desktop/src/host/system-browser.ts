/** Opens a page in the system's browser, or a folder, from a program without a window. The caller checked what it is. */
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

interface Opening {
  readonly platform?: NodeJS.Platform
  readonly environment?: NodeJS.ProcessEnv
}

/** Never through a shell: the address is one argument. Throws `not_found` where no browser can be opened. */
export const openInSystemBrowser = (address: string, opening: Opening = {}): Promise<void> =>
  openBySystem(address, 'No browser could be opened on this computer.', opening)

/** In the system's own program for files. Throws `not_found` where there is none. */
export const openFolderBySystem = (path: string, opening: Opening = {}): Promise<void> =>
  openBySystem(path, 'No program that shows folders could be opened on this computer.', opening)

const openBySystem = (
  what: string,
  refusal: string,
  { platform = process.platform, environment = process.env }: Opening,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const [program, ...words] = openers[platform] ?? ['xdg-open']
    const child = spawn(program, [...words, what], { detached: true, stdio: 'ignore', env: toolEnvironment(environment) })
    const refuse = (cause: unknown): void => reject(new SallyportError('not_found', { message: refusal, cause }))
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
