/** Runs the real command as a process of its own. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { bundledProgram, type Finished, findProgram, runProgram, skipReason, waitFor } from '@sallyport/testkit'

export const PROGRAM = await bundledProgram('apps/desktop/src/cli/main.ts')
export const LAUNCHER = fileURLToPath(new URL('../../../bin/sallyport.mjs', import.meta.url))

/** Where Node keeps what it compiled, so that not every start of a test compiles it again. */
const COMPILED = fileURLToPath(new URL('../../../../../node_modules/.cache/sallyport-cli', import.meta.url))

interface CliOptions {
  readonly profile?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
}

const environmentOf = ({ profile, env }: CliOptions): NodeJS.ProcessEnv => {
  const { NO_COLOR: _, FORCE_COLOR: __, SALLYPORT_PASSPHRASE_FILE: ___, ...rest } = process.env
  return {
    NODE_COMPILE_CACHE: COMPILED,
    ...rest,
    TZ: 'UTC',
    ...(profile === undefined ? {} : { SALLYPORT_PROFILE: profile }),
    ...env,
  }
}

export const runCli = (words: readonly string[], options: CliOptions = {}): Promise<Finished> =>
  runProgram({
    command: process.execPath,
    args: [PROGRAM, ...words],
    env: environmentOf(options),
    ...(options.input === undefined ? {} : { input: options.input }),
  })

export const terminalSkipReason = (): string | null => skipReason({ programs: ['script', 'stty'], platforms: ['linux'] })

export interface TerminalRun {
  /** Types a text as soon as the terminal shows the question. */
  answer(question: string, typed: string): Promise<void>
  /** Everything that the terminal showed. */
  readonly shown: string
  /** The exit code. */
  readonly exited: Promise<number | null>
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

interface TerminalOptions extends Omit<CliOptions, 'input'> {
  readonly columns?: number
  /** Its standard input, instead of the terminal. */
  readonly inputFile?: string
}

/** Runs it on a terminal of its own, 80 columns wide. Killed if it has not ended within 80 s. */
export const runOnTerminal = (words: readonly string[], options: TerminalOptions = {}): TerminalRun => {
  const redirection = options.inputFile === undefined ? '' : ` < ${quoted(options.inputFile)}`
  const line = [process.execPath, PROGRAM, ...words].map(quoted).join(' ') + redirection
  const child = spawn(
    findProgram('script') ?? 'script',
    ['-qefc', `stty cols ${options.columns ?? 80}; exec ${line}`, '/dev/null'],
    {
      env: { ...environmentOf(options), TERM: 'xterm' },
      timeout: 80_000,
      killSignal: 'SIGKILL',
    },
  )
  let shown = ''
  let position = 0
  // Questions have no line end: they are read as they come.
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (shown += chunk))
  return {
    answer: async (question, typed) => {
      const found = await waitFor(() => shown.includes(question, position) && shown.indexOf(question, position) + 1, {
        description: `the question “${question}”`,
      })
      position = found + question.length
      child.stdin.write(typed)
    },
    get shown() {
      return shown
    },
    exited: new Promise((resolve) => child.once('close', resolve)),
  }
}
