/** The listener of one credential: a loopback port and, where the system has them, a unix socket beside it. */
import { rm } from 'node:fs/promises'
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { describePortOwner } from './caller/port-owner.ts'

/** A port that somebody else holds is tried again after this time, milliseconds. */
const RETRY = 3_000
const HOST = '127.0.0.1'
const BACKLOG = 511
/** Longest path of a unix socket, in bytes, without its ending zero (sockaddr_un of macOS, the shortest). */
const MAX_SOCKET_PATH = 103

export type ListeningState =
  | { readonly state: 'listening' }
  | { readonly state: 'off' }
  | { readonly state: 'port-taken'; readonly owner: string | null }

export interface ListenerOptions {
  readonly port: number
  /** Private folder and name of the unix socket; null: none. */
  readonly socket: { readonly folder: string; readonly name: string } | null
  readonly onConnection: (socket: Socket, kind: 'tcp' | 'unix') => void
  readonly onChange: () => void
  readonly logger: Logger
}

export class Listener {
  readonly #options: ListenerOptions
  #state: ListeningState = { state: 'off' }
  #servers: Server[] = []
  #retry: NodeJS.Timeout | null = null
  #closed = false

  constructor(options: ListenerOptions) {
    this.#options = options
  }

  get port(): number {
    return this.#options.port
  }

  get state(): ListeningState {
    return this.#state
  }

  /** Path of the unix socket while it is there. */
  get socketPath(): string | null {
    const { socket } = this.#options
    return socket === null || this.#servers.length < 2 ? null : join(socket.folder, socket.name)
  }

  /** Resolves when it listens, or when it is known who holds the port; then it goes on trying. */
  async start(): Promise<void> {
    this.#retry = null
    try {
      const server = await this.#listen('tcp', { host: HOST, port: this.#options.port, backlog: BACKLOG, exclusive: true })
      if (this.#closed) return closeServer(server)
      this.#servers = [server]
      await this.#startUnix()
      this.#become({ state: 'listening' })
    } catch (error) {
      if (this.#closed) return
      const owner = await describePortOwner(this.#options.port).catch(() => null)
      if (this.#closed) return
      const { logger, port } = this.#options
      if (this.#state.state !== 'port-taken') {
        logger.warn({ event: 'listener.port-taken', port, owner, error }, 'another program holds a port of ours')
      }
      this.#become({ state: 'port-taken', owner })
      this.#retry = setTimeout(() => void this.start(), RETRY)
    }
  }

  /** Resolves when the port is free again; connections go on. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    const servers = this.#servers.splice(0)
    this.#state = { state: 'off' }
    for (const server of servers) closeServer(server)
    const { socket } = this.#options
    if (socket !== null && servers.length > 1) await rm(join(socket.folder, socket.name), { force: true })
  }

  /** The port is what tools rely on; a unix socket that cannot be made is only missed. */
  async #startUnix(): Promise<void> {
    const { socket, logger } = this.#options
    if (socket === null) return
    const path = join(socket.folder, socket.name)
    try {
      if (Buffer.byteLength(path) > MAX_SOCKET_PATH) throw new Error('the path is too long for a unix socket')
      // Ours alone: the folder is private, one agent runs per profile, and the port is ours by now.
      await rm(path, { force: true })
      this.#servers.push(await this.#listen('unix', { path, backlog: BACKLOG }))
    } catch (error) {
      logger.warn({ event: 'listener.no-unix-socket', path, error }, 'a unix socket could not be made')
    }
  }

  #listen(kind: 'tcp' | 'unix', where: ListenOptions): Promise<Server> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#options.onConnection(socket, kind))
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(where, () => {
        server.off('error', reject)
        server.on('error', (error) => this.#options.logger.error({ event: 'listener.error', error }, 'a listener failed'))
        resolve(server)
      })
    })
  }

  #become(state: ListeningState): void {
    this.#state = state
    this.#options.onChange()
  }
}

/** Stops listening at once; `close` itself waits for connections, which go on. */
const closeServer = (server: Server): void => {
  server.close()
  server.unref()
}
