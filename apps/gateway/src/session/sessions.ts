/** All client connections of this gateway, and what happens to them together: revocation, isolation, draining. */
import { type Revocation, SallyportError } from '@sallyport/protocol'
import type { ByteChannel } from '@sallyport/transport'
import { ClientConnection, type StreamServices } from './client-connection.ts'
import { endReason, type LeaseTable } from './lease-table.ts'
import type { OpenConnections } from './open-connections.ts'
import type { SessionPeer } from './peer.ts'
import { codeOfRevocation, type Standing } from './standing.ts'

/** Connections of one session at a time: one is enough, more exist while an agent changes networks or certificates. */
const MAX_PER_SESSION = 16

export interface SessionsOptions {
  readonly leases: LeaseTable
  readonly standing: Standing
  readonly open: OpenConnections
  readonly services: Omit<StreamServices, 'onClosed'>
  /** False: revocations may be missing, so nothing new is opened. */
  readonly isCurrent: () => boolean
}

export class Sessions {
  readonly #options: SessionsOptions
  readonly #connections = new Set<ClientConnection>()
  readonly #perSession = new Map<string, number>()
  readonly #services: StreamServices
  /** A snapshot came: it is known who is cut off. */
  #informed = false
  #draining = false

  constructor(options: SessionsOptions) {
    this.#options = options
    const { services } = options
    this.#services = {
      ...services,
      open: async (peer, head) => {
        this.#checkOpen()
        return services.open(peer, head)
      },
      resume: (peer, lease) => {
        this.#checkOpen()
        return services.resume(peer, lease)
      },
      forward: (peer, relay) => {
        this.#checkOpen()
        return services.forward(peer, relay)
      },
      onClosed: (connection) => this.#forget(connection),
    }
  }

  get size(): number {
    return this.#connections.size
  }

  /** Whether anybody may connect now. Throws the code everybody is refused with. */
  checkReady(): void {
    if (!this.#informed) throw new SallyportError('gateway_isolated')
    this.#checkOpen()
  }

  /** Whether this session may connect now. Throws the code it is refused with. */
  check(session: string): void {
    this.checkReady()
    this.#options.standing.checkSession(session)
    if ((this.#perSession.get(session) ?? 0) >= MAX_PER_SESSION) throw new SallyportError('limit_reached')
  }

  accept(channel: ByteChannel, peer: SessionPeer): void {
    const connection = new ClientConnection(channel, peer, this.#services)
    this.#connections.add(connection)
    this.#perSession.set(peer.session, (this.#perSession.get(peer.session) ?? 0) + 1)
    // It may have been cut off, and the gateway told to stop, between the decision and now.
    if (this.#draining || this.#isCutOff(peer.session)) connection.close()
  }

  async applySnapshot(revocations: readonly Revocation[]): Promise<void> {
    this.#options.standing.replace(revocations)
    await this.#cut(revocations)
    this.#informed = true
  }

  /** Resolves when everything that these revocations concern is closed. */
  async applyRevocations(revocations: readonly Revocation[]): Promise<void> {
    this.#options.standing.add(revocations)
    await this.#cut(revocations)
  }

  /** Takes nothing new, and waits for what is open until `limitMs`; then ends it. */
  async drain(limitMs: number): Promise<void> {
    this.#draining = true
    const all = Promise.all([...this.#connections].map((connection) => connection.drain()))
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(() => late.resolve(), limitMs)
    await Promise.race([all, late.promise])
    clearTimeout(timer)
    await this.#options.leases.endAll(endReason('gateway_draining'))
    for (const connection of this.#connections) connection.close()
    await Promise.all([...this.#connections].map((connection) => connection.closed))
  }

  #checkOpen(): void {
    if (this.#draining) throw new SallyportError('gateway_draining')
    if (!this.#options.isCurrent()) throw new SallyportError('gateway_isolated')
  }

  async #cut(revocations: readonly Revocation[]): Promise<void> {
    const alone = revocations.filter(({ subject }) => subject.kind === 'connection')
    const ended = alone.map((each) => this.#options.open.end(each.subject.id, codeOfRevocation(each)))
    await this.#options.leases.revoke(revocations)
    await Promise.all(ended)
    this.#closeCutOff()
  }

  #closeCutOff(): void {
    for (const connection of this.#connections) if (this.#isCutOff(connection.peer.session)) connection.close()
  }

  #isCutOff(session: string): boolean {
    try {
      this.#options.standing.checkSession(session)
      return false
    } catch {
      return true
    }
  }

  #forget(connection: ClientConnection): void {
    if (!this.#connections.delete(connection)) return
    const { session } = connection.peer
    const left = (this.#perSession.get(session) ?? 1) - 1
    if (left === 0) this.#perSession.delete(session)
    else this.#perSession.set(session, left)
  }
}
