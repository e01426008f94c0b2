/** The computer this runs on. */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, lstat, open, readdir, realpath, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'
import { platformOf } from '../../shared/addresses.ts'
import { toolEnvironment } from '../launch/environment.ts'
import type { System } from './system.ts'

const MAX_TEXT = 1024 * 1024
/** Milliseconds for one answer. */
const PATIENCE = 10_000

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  )

const isProgram = async (path: string): Promise<boolean> => {
  // The aliases of apps from the store can be started, but neither opened nor followed.
  if (process.platform === 'win32') return succeeds(lstat(path))
  const found = await stat(path).catch(() => null)
  return found !== null && (found.isFile() || path.endsWith('.app')) && succeeds(access(path, constants.X_OK))
}

const read = async (path: string): Promise<string | null> => {
  try {
    const file = await open(path)
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_TEXT), 0, MAX_TEXT, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return null
  }
}

export const thisSystem = (environment: NodeJS.ProcessEnv = process.env): System => ({
  platform: platformOf(process.platform),
  environment,
  home: homedir(),
  path: process.platform === 'win32' ? win32 : posix,
  isProgram,
  isFile: async (path) => (await stat(path).catch(() => null))?.isFile() === true,
  list: (folder) => readdir(folder).catch(() => []),
  realPath: (path) => realpath(path).catch(() => path),
  read,
  remove: (path) => rm(path, { force: true }),
  output: (program, args) =>
    new Promise((resolve) => {
      const options = {
        env: toolEnvironment(environment),
        maxBuffer: MAX_TEXT,
        timeout: PATIENCE,
        killSignal: 'SIGKILL',
        windowsHide: true,
      } as const
      const child = execFile(program, args, options, (error, stdout) => resolve(error === null ? stdout : null))
      child.stdin?.end()
    }),
})
