/** The listeners of everything that is granted: opened and closed as grants come and go and the person chooses. */
import { mkdir } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { SecureContext } from 'node:tls'
import { type Caller, SallyportError } from '@sallyport/protocol'
import type { GrantedCredential } from '@sallyport/protocol/api'
import type { Logger } from 'pino'
import type { LocalCredential } from '../../shared/local-api.ts'
import type { Tunnel, TunnelRequest } from '../tunnel/tunnels.ts'
import type { Connections } from './connections.ts'
import { type Failure, fronts } from './front.ts'
import { Listener } from './listener.ts'
import { ListenersFile } from './listeners-file.ts'
import type { Preferences } from './preferences.ts'
import { serveConnection } from './serve-connection.ts'

const MAX_CONNECTIONS = 1_000
const MAX_PER_CREDENTIAL = 500

export interface ListenersOptions {
  readonly preferences: Preferences
  readonly connections: Connections
  /** Private folder for sockets; null: the system has none. */
  readonly runDirectory: string | null
  /** Path of `listeners.json`. */
  readonly file: string
  readonly tls: SecureContext
  readonly identify: (socket: Socket) => Promise<Caller | null>
  readonly openTunnel: (request: TunnelRequest) => Promise<Tunnel>
  readonly tell: (credential: string, message: Buffer) => Promise<void>
  readonly onChange: () => void
  readonly logger: Logger
}

interface Entry {
  granted: GrantedCredential
  /** null while it is off. */
  listener: Listener | null
  /** Being served, also those that have no tunnel yet. */
  sockets: number
  lastError: LocalCredential['lastError']
}

export class Listeners {
  readonly #options: ListenersOptions
  readonly #entries = new Map<string, Entry>()
  readonly #file: ListenersFile
  #work: Promise<unknown> = Promise.resolve()

  constructor(options: ListenersOptions) {
    this.#options = options
    this.#file = new ListenersFile(options.file)
  }

  list(): readonly LocalCredential[] {
    return [...this.#entries.values()].map((entry) => this.#describe(entry))
  }

  /** What is granted now; empty after signing out. */
  apply(items: readonly GrantedCredential[]): Promise<void> {
    return this.#alone(async () => {
      const granted = new Map(items.map((item) => [item.credential, item]))
      for (const [credential, entry] of this.#entries) {
        if (granted.has(credential)) continue
        this.#entries.delete(credential)
        await entry.listener?.close()
      }
      for (const item of items) await this.#take(item)
      this.#changed()
    })
  }

  /** Throws `not_found`. */
  connect(name: string): Promise<LocalCredential> {
    return this.#alone(async () => {
      const entry = this.#find(name)
      await this.#options.preferences.setOff(entry.granted.credential, false)
      await this.#open(entry)
      return this.#describe(entry)
    })
  }

  /** Closes the listener and its connections, and remembers it. Throws `not_found`. */
  disconnect(name: string): Promise<LocalCredential> {
    return this.#alone(async () => {
      const entry = this.#find(name)
      const { credential } = entry.granted
      await this.#options.preferences.setOff(credential, true)
      await entry.listener?.close()
      entry.listener = null
      this.#options.connections.endAll(credential)
      this.#changed()
      return this.#describe(entry)
    })
  }

  /** Throws `not_found`; `port_taken` or `conflict` when nothing changes because the port is not free. */
  setPort(name: string, port: number | null): Promise<LocalCredential> {
    return this.#alone(async () => {
      const entry = this.#find(name)
      const { preferences } = this.#options
      const { credential } = entry.granted
      const before = preferences.port(credential)
      this.#checkUnused(entry, port ?? entry.granted.port)
      await preferences.setPort(credential, port)
      if (entry.listener === null) return this.#describe(entry)
      await this.#reopen(entry)
      const { state } = entry.listener
      if (port !== null && state.state === 'port-taken') {
        await preferences.setPort(credential, before)
        await this.#reopen(entry)
        throw new SallyportError('port_taken', { message: `Port ${port} is held by ${state.owner ?? 'another program'}.` })
      }
      return this.#describe(entry)
    })
  }

  /** Closes all; connections are ended by their owner. */
  close(): Promise<void> {
    return this.#alone(async () => {
      for (const entry of this.#entries.values()) await entry.listener?.close()
      this.#entries.clear()
      await this.#file.update([])
    })
  }

  /** Changes happen one after the other. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => {})
    return done
  }

  #find(name: string): Entry {
    for (const entry of this.#entries.values()) if (entry.granted.name === name) return entry
    throw new SallyportError('not_found', { message: `You have no access to a credential ${name}. See: sallyport ls` })
  }

  async #take(granted: GrantedCredential): Promise<void> {
    const known = this.#entries.get(granted.credential)
    if (known === undefined) {
      const entry: Entry = { granted, listener: null, sockets: 0, lastError: null }
      this.#entries.set(granted.credential, entry)
      if (!this.#options.preferences.isOff(granted.credential)) await this.#open(entry)
      return
    }
    known.granted = granted
    if (known.listener !== null && known.listener.port !== this.#portOf(granted)) await this.#reopen(known)
  }

  #portOf({ credential, port }: GrantedCredential): number {
    return this.#options.preferences.port(credential) ?? port
  }

  async #reopen(entry: Entry): Promise<void> {
    await entry.listener?.close()
    entry.listener = null
    await this.#open(entry)
  }

  async #open(entry: Entry): Promise<void> {
    if (entry.listener !== null) return
    const port = this.#portOf(entry.granted)
    const listener = new Listener({
      port,
      socket: await this.#socketOf(entry.granted, port),
      onConnection: (socket, kind) => this.#serve(entry, socket, kind),
      onChange: () => this.#changed(),
      logger: this.#options.logger,
    })
    entry.listener = listener
    await listener.start()
  }

  async #socketOf({ resource }: GrantedCredential, port: number) {
    const { runDirectory } = this.#options
    if (runDirectory === null) return null
    const folder = join(runDirectory, resource.protocol)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return { folder, name: fronts[resource.protocol].socketName(port) }
  }

  #checkUnused(own: Entry, port: number): void {
    for (const entry of this.#entries.values()) {
      if (entry !== own && this.#portOf(entry.granted) === port)
        throw new SallyportError('conflict', { message: `Port ${port} is that of ${entry.granted.name}.` })
    }
  }

  #serve(entry: Entry, socket: Socket, kind: 'tcp' | 'unix'): void {
    const { options, granted } = { options: this.#options, granted: entry.granted }
    const { full, flooded } = this.#load(entry)
    if (flooded) return void socket.destroy()
    entry.sockets += 1
    serveConnection(socket, {
      granted,
      front: fronts[granted.resource.protocol],
      tls: kind === 'tcp' ? options.tls : null,
      // A unix socket is guarded by its folder: nobody else gets there.
      identify: (from) => (kind === 'tcp' ? options.identify(from) : Promise.resolve(null)),
      refused: () => (full ? new SallyportError('limit_reached', { message: 'Too many connections at once.' }) : null),
      openTunnel: options.openTunnel,
      tell: (message) => options.tell(granted.credential, message),
      connections: options.connections,
      logger: options.logger,
      onOutcome: (error) => this.#outcome(entry, error),
    })
      .catch((error: unknown) => options.logger.error({ event: 'connection.failed', error }, 'a connection failed'))
      .finally(() => (entry.sockets -= 1))
      .catch(() => {})
  }

  /** Who is one too many is told so; a flood gets no answers. */
  #load(entry: Entry): { readonly full: boolean; readonly flooded: boolean } {
    let all = 0
    for (const { sockets } of this.#entries.values()) all += sockets
    return { full: entry.sockets >= MAX_PER_CREDENTIAL || all >= MAX_CONNECTIONS, flooded: all >= 2 * MAX_CONNECTIONS }
  }

  #outcome(entry: Entry, error: Failure | null): void {
    const had = entry.lastError !== null
    entry.lastError = error === null ? null : { code: error.code, message: error.message, at: new Date().toISOString() }
    if (had || error !== null) this.#options.onChange()
  }

  #describe({ granted, listener, lastError }: Entry): LocalCredential {
    const socketPath = listener?.socketPath ?? null
    const state = listener?.state ?? { state: 'off' as const }
    return {
      granted,
      host: '127.0.0.1',
      port: this.#portOf(granted),
      portOverridden: this.#options.preferences.port(granted.credential) !== null,
      socketDirectory: socketPath === null ? null : join(socketPath, '..'),
      listener: state.state === 'listening' && !granted.bound ? { state: 'unbound' } : state,
      connections: this.#options.connections.count(granted.credential),
      lastError,
    }
  }

  #changed(): void {
    this.#file
      .update(this.list())
      .catch((error: unknown) =>
        this.#options.logger.warn({ event: 'listeners-file.failed', error }, 'the file of listeners failed'),
      )
    this.#options.onChange()
  }
}
