/**
 * Opens credentials in other people's tools, already connected. It says `connected` only when a connection of that very program
 * arrived at the credential's listener. Used by each face that may start programs.
 */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { FoundTool, OpenProgress, ToolChoices } from '../shared/tools.ts'
import type { LocalCredential } from '../shared/local-api.ts'
import type { AgentAccess } from './agent-access.ts'
import { type FoundRecipe, FoundTools } from './find-tools.ts'
import { type Launch, launch, type Running } from './launch/launch.ts'
import { openFolderOf, writeOpenFolder } from './launch/open-folders.ts'
import { callerOn } from './proof/caller-of.ts'
import { type Arrival, type Before, waitForConnection } from './proof/wait.ts'
import type { Plan, Tool } from './recipe.ts'
import { changeToolSettings, readToolSettings, type ToolSettings, withLast } from './settings/tool-settings.ts'
import type { System } from './system/system.ts'
import { type Target, targetOf } from './target.ts'
import { arrivalText, startFailedText } from './texts.ts'
import { toolChoices } from './tool-choices.ts'

/** What does not connect by itself is watched this long for the person's own click, milliseconds. */
const LINGER = 5 * 60_000

export interface OpenInOptions {
  readonly system: System
  readonly agent: AgentAccess
  /** Private folder in which each credential has one; and the file of settings. */
  readonly paths: { readonly open: string; readonly tools: string }
  readonly launch?: Launch
}

export interface OpenRequest {
  /** Name of a granted credential. */
  readonly credential: string
  readonly tool: string
  /** Another database than the first it may use. */
  readonly database?: string | undefined
  /** Ends the watching; the tool stays. */
  readonly signal?: AbortSignal
}

/** A tool that was started. */
export interface Opened {
  readonly launch: string
  /** Begins with `started`. After `prepared` it goes on for some minutes, and may end without more. */
  readonly progress: AsyncIterable<OpenProgress>
}

interface Started {
  readonly tool: Tool
  readonly label: string
  readonly target: Target
  readonly plan: Plan
  readonly running: Running
  readonly before: Before
}

export class OpenIn {
  readonly #options: OpenInOptions
  readonly #found: FoundTools

  constructor(options: OpenInOptions) {
    this.#options = options
    this.#found = new FoundTools(options.system)
  }

  /** Tools that can open the credential, best first. Throws `not_found`. */
  async tools(name: string, { again = false }: { readonly again?: boolean | undefined } = {}): Promise<readonly FoundTool[]> {
    const { granted } = await this.#credential(name)
    const settings = await this.#settings()
    const last = settings.last.find(([credential]) => credential === granted.credential)?.[1]
    const found = await this.#found.list(settings, again)
    return found
      .filter(({ recipe }) => recipe.protocols.includes(granted.resource.protocol))
      .map(({ recipe: { id, label, kind }, tool: { outcome, firstUse } }) => ({
        id,
        label,
        kind,
        outcome,
        firstUse,
        lastUsed: id === last,
      }))
  }

  async choices({ again = false }: { readonly again?: boolean | undefined } = {}): Promise<ToolChoices> {
    return toolChoices({ system: this.#options.system, found: this.#found, settings: await this.#settings(), again })
  }

  /** What another face changes is seen too: all share one file. */
  async choose(change: (settings: ToolSettings) => ToolSettings): Promise<ToolChoices> {
    const { system, paths } = this.#options
    await changeToolSettings({ system, path: paths.tools }, change)
    return this.choices()
  }

  /**
   * Turns the listener on where it is off, and starts the tool. Throws `not_found` for a credential or tool that is not there,
   * `port_taken` and `secret_unbound` where nothing can connect, `invalid_request` for what the tool cannot be told, and `tool_failed`
   * when it cannot be started.
   */
  async open({ credential: name, tool: id, database, signal = new AbortController().signal }: OpenRequest): Promise<Opened> {
    const credential = await this.#listening(name)
    const found = await this.#tool(credential, id)
    const started = await this.#start(credential, found, database)
    const { system, paths } = this.#options
    await changeToolSettings({ system, path: paths.tools }, (settings) => withLast(settings, credential.granted.credential, id))
    const launched = randomUUID()
    const tell = (state: OpenProgress['state'], message: string | null = null): OpenProgress => ({
      launch: launched,
      credential: name,
      tool: id,
      state,
      message,
    })
    return { launch: launched, progress: this.#follow(started, { tell, signal }) }
  }

  async *#follow(
    { tool, label, target, plan, running, before }: Started,
    {
      tell,
      signal,
    }: { readonly tell: (state: OpenProgress['state'], message?: string) => OpenProgress; readonly signal: AbortSignal },
  ): AsyncGenerator<OpenProgress> {
    yield tell('started')
    const waits = tool.outcome !== 'connects'
    if (waits) yield tell('prepared', tool.next?.(target) ?? undefined)
    const { agent, system } = this.#options
    const arrival: Arrival = await waitForConnection({
      agent,
      before,
      expected: plan.expected,
      callerOf: callerOn(system),
      running,
      patience: waits ? LINGER : tool.patience,
      signal,
    })
    if (arrival.kind === 'connected') yield tell('connected')
    else if (!waits)
      yield tell(arrival.kind === 'ended' ? 'failed' : 'did-not-connect', arrivalText(arrival, { label, target, tool }))
  }

  async #start(credential: LocalCredential, { recipe: { label }, tool }: FoundRecipe, database?: string): Promise<Started> {
    const { agent, system, paths } = this.#options
    const target = targetOf(credential, database)
    const folder = openFolderOf(paths.open, target.id)
    const plan = tool.plan(target, folder)
    await writeOpenFolder(folder, plan.files)
    await plan.before?.()
    const connections = new Set((await agent.connections()).map(({ id }) => id))
    const before = { credential, connections, at: Date.now() }
    try {
      const running = await (this.#options.launch ?? launch)(plan.start, system)
      return { tool, label, target, plan, running, before }
    } catch (cause) {
      throw new SallyportError('tool_failed', { message: startFailedText(label, plan.start.program), cause })
    }
  }

  async #credential(name: string): Promise<LocalCredential> {
    const found = (await this.#options.agent.credentials()).find(({ granted }) => granted.name === name)
    if (found === undefined) throw new SallyportError('not_found', { message: `You have no access to a credential ${name}.` })
    return found
  }

  async #listening(name: string): Promise<LocalCredential> {
    const found = await this.#credential(name)
    const credential = found.listener.state === 'off' ? await this.#options.agent.connect(name) : found
    switch (credential.listener.state) {
      case 'listening':
        return credential
      case 'off':
        throw new SallyportError('conflict', { message: `${name} is off.` })
      case 'port-taken':
        throw new SallyportError('port_taken')
      case 'unbound':
        throw new SallyportError('secret_unbound')
    }
  }

  async #tool({ granted }: LocalCredential, id: string): Promise<FoundRecipe> {
    const tools = await this.#found.list(await this.#settings())
    const found = tools.find(({ recipe }) => recipe.id === id && recipe.protocols.includes(granted.resource.protocol))
    if (found === undefined) throw new SallyportError('not_found', { message: `No tool “${id}” was found on this computer.` })
    return found
  }

  #settings() {
    return readToolSettings(this.#options.system, this.#options.paths.tools)
  }
}
