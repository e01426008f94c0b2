/**
 * The app's connection to its agent: made at start, kept, and made again when the agent comes back. While there is none, calls
 * are refused with the reason why: no agent, or whatever kept it from starting, such as a locked keychain.
 */
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import { connectAgent, connectOrStartAgent } from '../../local/agent-process.ts'
import type { LocalClient } from '../../local/local-client.ts'
import type { FindingEvent } from '../../shared/diagnosis.ts'
import type { LocalEvent } from '../../shared/local-event.ts'
import type { LocalMethodName } from '../../shared/local-api.ts'

/** Milliseconds between two looks for an agent that somebody else may have started. */
const LOOK_EVERY = 2_000

export interface AgentLinkOptions {
  readonly profile: string
  readonly command: readonly [string, ...string[]]
  readonly environment: NodeJS.ProcessEnv
  readonly logger: Logger
  readonly onEvent: (event: LocalEvent) => void
  readonly onFinding: (event: FindingEvent) => void
  /** The agent went away or is back. */
  readonly onPresence: (present: boolean) => void
}

export class AgentLink {
  readonly #options: AgentLinkOptions
  #client: LocalClient | null = null
  #starting: Promise<void> | null = null
  #failure = new SallyportError('agent_unreachable')
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(options: AgentLinkOptions) {
    this.#options = options
  }

  /** Starts the agent if none runs. Throws why it could not start. */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => (this.#starting = null))
    return this.#starting
  }

  /** Waits for a start that is under way. Throws what the agent answers, or why there is none. */
  async call(method: LocalMethodName, params: unknown): Promise<unknown> {
    await this.#starting?.catch(() => {})
    if (this.#client === null) throw this.#failure
    return this.#client.call(method, params as never)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer ?? undefined)
    this.#client?.close()
  }

  async #start(): Promise<void> {
    if (this.#client !== null) return
    const { profile, command, environment } = this.#options
    try {
      await this.#use(await connectOrStartAgent({ profile, command, environment }))
    } catch (error) {
      this.#failure = error instanceof SallyportError ? error : new SallyportError('agent_unreachable', { cause: error })
      this.#lookAgain()
      throw this.#failure
    }
  }

  async #use(client: LocalClient): Promise<void> {
    const { onEvent, onFinding, onPresence } = this.#options
    client.onEvent(onEvent)
    client.onFinding(onFinding)
    await client.call('subscribe', {})
    clearTimeout(this.#timer ?? undefined)
    this.#client = client
    client.closed.then(() => this.#lost()).catch(() => {})
    onPresence(true)
  }

  #lost(): void {
    this.#client = null
    this.#failure = new SallyportError('agent_unreachable', { message: 'The background agent stopped.' })
    if (this.#closed) return
    this.#options.logger.warn({ event: 'agent.gone' }, 'the agent went away')
    this.#options.onPresence(false)
    this.#lookAgain()
  }

  #lookAgain(): void {
    clearTimeout(this.#timer ?? undefined)
    if (!this.#closed) this.#timer = setTimeout(() => this.#look(), LOOK_EVERY)
  }

  #look(): void {
    if (this.#client !== null || this.#starting !== null) return
    connectAgent(this.#options.profile)
      .then((client) => (client === null ? this.#lookAgain() : this.#use(client)))
      .catch((error: unknown) => {
        this.#options.logger.warn({ event: 'agent.unreachable', error }, 'the agent could not be reached')
        this.#lookAgain()
      })
  }
}
