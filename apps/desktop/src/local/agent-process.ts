/** Finds the running agent of a profile, or starts one that outlives this process. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { isSea } from 'node:sea'
import { fileURLToPath } from 'node:url'
import { isErrorCode, SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import { connectLocal, type LocalClient } from './local-client.ts'
import { makeProfileFolder, PASSPHRASE_VARIABLE, readAgentAddress } from './profile.ts'

const DEFAULT_TIMEOUT = 30_000
const RETRY = 50
const MAX_REPORT = 4096

/** First word of the packaged executable's command line that makes it the agent instead of the command line tool. */
export const AGENT_WORD = 'run-agent'

/** The agent of this very program: of the executable that holds both, or of the checkout, on the Node that runs this. */
const ownCommand = (): AgentCommand => [
  process.execPath,
  isSea() ? AGENT_WORD : fileURLToPath(new URL('../agent/main.ts', import.meta.url)),
]

/** Program and first arguments. */
type AgentCommand = readonly [string, ...string[]]

/** The one line that an agent prints when it listens, or when it could not start. */
export const agentReport = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready'), socket: z.string() }),
  z.object({ event: z.literal('failed'), code: z.string(), message: z.string() }),
])

export interface AgentOptions {
  /** Folder of the profile. */
  readonly profile: string
  /** Used if the agent must be started; absent: the environment's, or the keychain. */
  readonly passphraseFile?: string
  /** Milliseconds for the agent to get ready; 30 s if absent (a keychain may ask the person). */
  readonly timeoutMs?: number
  readonly environment?: NodeJS.ProcessEnv
  /** What starts the agent; absent: that of this very program. */
  readonly command?: AgentCommand
  /** Told once, when no agent runs and one is being started. */
  readonly onStart?: () => void
}

/** The agent that runs; null when none does. Throws `identity_mismatch` when something else sits on its socket. */
export const connectAgent = async (profile: string): Promise<LocalClient | null> => {
  const address = await readAgentAddress(profile)
  if (address === null) return null
  try {
    return await connectLocal(address)
  } catch (error) {
    if (error instanceof SallyportError) throw error
    return null
  }
}

/** Throws what the agent reports as the reason why it could not start, or `agent_unreachable`. */
export const connectOrStartAgent = async (options: AgentOptions): Promise<LocalClient> => {
  const running = await connectAgent(options.profile)
  if (running !== null) return running
  options.onStart?.()
  const end = performance.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT)
  await makeProfileFolder(options.profile)
  await startAgent(options, end).catch((error: unknown) => {
    // Somebody else started it at the same moment: that one is as good.
    if (!(error instanceof SallyportError) || error.code !== 'agent_running') throw error
  })
  for (;;) {
    const started = await connectAgent(options.profile)
    if (started !== null) return started
    if (performance.now() > end) throw new SallyportError('agent_unreachable')
    await new Promise((resolve) => setTimeout(resolve, RETRY))
  }
}

/** Resolves when it says that it is ready; it then runs on without this process. */
const startAgent = (options: AgentOptions, end: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const environment = { ...(options.environment ?? process.env) }
    if (options.passphraseFile !== undefined) environment[PASSPHRASE_VARIABLE] = options.passphraseFile
    const [program, ...words] = options.command ?? ownCommand()
    const child = spawn(program, [...words, '--profile', options.profile], {
      cwd: options.profile,
      detached: true,
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    })
    const lines = createInterface({ input: child.stdout })
    const settle = (error: SallyportError | null): void => {
      clearTimeout(timer)
      lines.close()
      child.stdout.destroy()
      child.unref()
      if (error === null) resolve()
      else reject(error)
    }
    const timer = setTimeout(() => {
      child.kill()
      settle(new SallyportError('agent_unreachable', { message: 'The agent did not get ready in time. Look into its log.' }))
    }, end - performance.now())
    child.once('error', (cause) => settle(new SallyportError('agent_unreachable', { cause })))
    child.once('close', (code) =>
      settle(new SallyportError('agent_unreachable', { message: `The agent ended at its start (exit code ${code}).` })),
    )
    lines.once('line', (line) => settle(failureOf(line)))
  })

/** null: the agent is ready. */
const failureOf = (line: string): SallyportError | null => {
  const report = agentReport.safeParse(parseJson(line.slice(0, MAX_REPORT)))
  if (!report.success) return new SallyportError('agent_unreachable', { message: 'The agent said something unexpected.' })
  if (report.data.event === 'ready') return null
  const { code, message } = report.data
  return new SallyportError(isErrorCode(code) ? code : 'internal', { message })
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
