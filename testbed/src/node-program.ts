/** Starts our programs as their users do: by their entry file, under the Node that runs this. */
import { fileURLToPath } from 'node:url'
import { bundledProgram, type Program, runProgram, spawnProgram } from '@sallyport/testkit'

const repository = new URL('../../', import.meta.url)

/** Our programs start in half the time when what was compiled once is found again. */
const compileCache = fileURLToPath(new URL('node_modules/.cache/sallyport-testbed', repository))

export interface NodeProgramOptions {
  /** Entry file below the repository's root. */
  readonly entry: string
  readonly args: readonly string[]
  /** On top of {@link programEnvironment}. */
  readonly env?: Readonly<Record<string, string>>
  readonly name: string
  /** A command that runs it, with the program's own words at its end: `unshare --mount …`. */
  readonly within?: readonly string[]
}

/** What our programs get of this process's environment: no setting of ours that the caller happens to have. */
export const programEnvironment = (extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(SALLYPORT_|DATABASE_URL$|PG[A-Z]+$|NODE_OPTIONS$)/.test(name),
  )
  return { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: compileCache, ...extra }
}

const invocation = async ({ entry, args, env, name, within = [] }: NodeProgramOptions) => {
  const [command, ...words] = [...within, process.execPath, await bundledProgram(entry), ...args]
  return { name, command: command!, args: words, env: programEnvironment(env) }
}

export const startNodeProgram = async (options: NodeProgramOptions): Promise<Program> => spawnProgram(await invocation(options))

/** Runs to the end and returns its standard output. Throws with its standard error when it fails. */
export const runNodeProgram = async (options: NodeProgramOptions): Promise<string> => {
  const { code, stdout, stderr } = await runProgram({ ...(await invocation(options)), timeoutMs: 120_000 })
  if (code !== 0) throw new Error(`${options.name} ended with ${code}:\n${stderr}\n${stdout}`)
  return stdout
}

/** Waits for the line by which each of our servers says that it serves. */
export const waitUntilReady = async (program: Program): Promise<void> => {
  await program.waitForLine(/"event":"ready"/, { timeoutMs: 90_000 })
}
