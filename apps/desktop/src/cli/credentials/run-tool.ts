/** Runs a tool in the foreground of the terminal, as if it had been typed there. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { SallyportError } from '@sallyport/protocol'

export interface Tool {
  readonly path: string
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

/** A terminal sends these to the whole foreground: the tool decides what they mean (psql: cancel the query). */
const FROM_TERMINAL = ['SIGINT', 'SIGQUIT'] as const
/** Somebody wants this process to end: so does the tool. */
const PASSED_ON = ['SIGTERM', 'SIGHUP'] as const

/** Its exit code; 128 + n when signal n ended it. */
export const runTool = ({ path, args, environment }: Tool): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: 'inherit', env: environment })
    const ignore = (): void => {}
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
    const release = (): void => {
      for (const signal of FROM_TERMINAL) process.off(signal, ignore)
      for (const signal of PASSED_ON) process.off(signal, pass)
    }
    for (const signal of FROM_TERMINAL) process.on(signal, ignore)
    for (const signal of PASSED_ON) process.on(signal, pass)
    child.once('error', (cause) => {
      release()
      reject(new SallyportError('internal', { message: `“${path}” cannot be started: ${cause.message}`, cause }))
    })
    child.once('exit', (code, signal) => {
      release()
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
