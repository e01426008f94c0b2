/** A person's agent as a process, driven through its local API as the CLI and the app do. */
import { connectAgent, type LocalClient, type LocalCredential } from '@sallyport/desktop/local'
import { SallyportError } from '@sallyport/protocol'
import { type InputOf, type ResponseOf, type Route, type RouteName, type RouteOf, routes } from '@sallyport/protocol/api'
import { type Program, waitFor } from '@sallyport/testkit'
import { finishPage } from './browser.ts'
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
  /**
   * A call of the API, signed by this agent. What needs the person's presence is confirmed by them, see {@link confirmWith}.
   */
  api<Name extends RouteName>(route: Name, input?: InputOf<RouteOf<Name>>): Promise<ResponseOf<RouteOf<Name>>>
  /** Waits until the credential is granted and its listener accepts connections. */
  listening(name: string): Promise<LocalCredential>
  /** What to give libpq for a credential. The password is the dummy that tools want to see. */
  url(name: string, parameters?: string): Promise<string>
  /** The person's password, for when a page asks for it. */
  confirmWith(password: string): void
  stop(): Promise<void>
}

/** Milliseconds before its end at which a proof of presence is not used any more. */
const MARGIN = 60_000

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
      { description: `a listener for ${name}`, timeoutMs: 60_000 },
    )

  let password: string | null = null
  let recent: { readonly presence: string; readonly until: number } | null = null

  /** null where nobody is there to confirm. */
  const presenceFor = async (route: RouteName, input: unknown): Promise<string | null> => {
    const level = (routes as Readonly<Record<string, Route>>)[route]!.presence
    if (level === undefined || password === null) return null
    if (level === 'recent' && recent !== null && recent.until > Date.now()) return recent.presence
    const { id, url } = await local.call('beginPresence', { call: { route, input } })
    await finishPage(url, { password })
    const { presence, expiresAt, single } = await local.call('awaitPresence', { id })
    if (!single) recent = { presence, until: Date.parse(expiresAt) - MARGIN }
    return presence
  }
  const callApi = async (route: RouteName, input: unknown): Promise<unknown> => {
    const presence = await presenceFor(route, input)
    return local.call('api', { route, input, ...(presence === null ? {} : { presence }) })
  }
  const api = async (route: RouteName, input: unknown): Promise<unknown> => {
    try {
      return await callApi(route, input)
    } catch (error) {
      // The proof was of a session that has ended.
      if (!(error instanceof SallyportError) || error.code !== 'presence_required' || recent === null) throw error
      recent = null
      return callApi(route, input)
    }
  }

  return {
    profile: options.profile,
    program,
    local,
    api: async (route, input) => (await api(route, input ?? {})) as never,
    confirmWith: (given) => {
      password = given
    },
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
