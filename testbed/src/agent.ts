/** A person's agent as a process, driven through its local API as the CLI and the app do. */
import { connectAgent, type LocalClient, type LocalCredential } from '@sallyport/desktop/local'
import type { InputOf, ResponseOf, RouteName, RouteOf } from '@sallyport/protocol/api'
import { type Program, waitFor } from '@sallyport/testkit'
import { startNodeProgram, waitUntilReady } from './node-program.ts'

const ENTRY = 'apps/desktop/src/agent/main.ts'

export interface AgentOptions {
  readonly profile: string
  /** Keeps the wrapping key under this file's passphrase; without it, in the keychain that the environment names. */
  readonly passphraseFile?: string
  readonly env?: Readonly<Record<string, string>>
  readonly name?: string
  /** A command that runs the agent, such as one that shows it another machine. */
  readonly within?: readonly string[]
}

export interface Agent {
  readonly profile: string
  readonly program: Program
  readonly local: LocalClient
  /** A call of the API, signed by this agent. */
  api<Name extends RouteName>(route: Name, input?: InputOf<RouteOf<Name>>): Promise<ResponseOf<RouteOf<Name>>>
  /** Waits until the credential is granted and its listener accepts connections. */
  listening(name: string): Promise<LocalCredential>
  /** What to give libpq for a credential. The password is the dummy that tools want to see. */
  url(name: string, parameters?: string): Promise<string>
  stop(): Promise<void>
}

export const startAgent = async (options: AgentOptions): Promise<Agent> => {
  const program = await startNodeProgram({
    name: options.name ?? 'agent',
    entry: ENTRY,
    args: ['--profile', options.profile, ...(options.passphraseFile ? ['--passphrase-file', options.passphraseFile] : [])],
    ...(options.env ? { env: options.env } : {}),
    ...(options.within ? { within: options.within } : {}),
  })
  await waitUntilReady(program)
  const local = await connectAgent(options.profile)
  if (!local) throw new Error(`The agent went away:\n${program.describe()}`)

  const listening = (name: string): Promise<LocalCredential> =>
    waitFor(
      async () => {
        const { items } = await local.call('credentials', {})
        return items.find((item) => item.granted.name === name && item.listener.state === 'listening')
      },
      { description: `a listener for ${name}`, timeoutMs: 30_000 },
    )

  return {
    profile: options.profile,
    program,
    local,
    api: async (route, input) => (await local.call('api', { route, input: input ?? {} })) as never,
    listening,
    url: async (name, parameters = 'sslmode=disable') => {
      const { host, port, granted } = await listening(name)
      return `postgresql://sallyport:unused@${host}:${port}/${granted.databases[0] ?? ''}?${parameters}`
    },
    stop: async () => {
      local.close()
      await program.stop()
    },
  }
}
