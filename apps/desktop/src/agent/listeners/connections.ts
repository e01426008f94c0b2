/** The connections that are open now, for status and for ending them. */
import { randomUUID } from 'node:crypto'
import { type Caller, SallyportError } from '@sallyport/protocol'
import type { ConnectionPath, LocalConnection } from '../../shared/local-api.ts'
import type { NegotiatedTls } from '@sallyport/transport'
import type { Tunnel } from '../tunnel/tunnels.ts'

/** Milliseconds between two looks at how many bytes went by. */
const SAMPLE_INTERVAL = 1_000

export interface OpenConnection {
  readonly credential: string
  readonly name: string
  readonly caller: Caller | null
  /** Of the tool; null on a unix socket. */
  readonly peerPort: number | null
  /** Between tool and agent; null: none, as it is on loopback unless the tool asks. */
  readonly toolTls: NegotiatedTls | null
  readonly tunnel: Tunnel
}

interface Entry extends OpenConnection {
  readonly openedAt: Date
  readonly abort: AbortController
}

export class Connections {
  readonly #entries = new Map<string, Entry>()
  readonly #onChange: () => void
  /** Runs while something is open. */
  #sampling: NodeJS.Timeout | null = null
  #bytes = 0

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get size(): number {
    return this.#entries.size
  }

  /** `signal` aborts when the connection is to end; `remove` is called when it did. */
  add(connection: OpenConnection): { readonly signal: AbortSignal; readonly remove: () => void } {
    const id = randomUUID()
    const abort = new AbortController()
    this.#entries.set(id, { ...connection, openedAt: new Date(), abort })
    this.#watch()
    this.#onChange()
    return {
      signal: abort.signal,
      remove: () => {
        this.#entries.delete(id)
        this.#watch()
        this.#onChange()
      },
    }
  }

  /** Faces are told that bytes went by, once in a while, and only while there are connections. */
  #watch(): void {
    if (this.#entries.size === 0 && this.#sampling !== null) {
      clearInterval(this.#sampling)
      this.#sampling = null
    }
    if (this.#entries.size === 0 || this.#sampling !== null) return
    this.#sampling = setInterval(() => this.#sample(), SAMPLE_INTERVAL)
    this.#sampling.unref()
  }

  #sample(): void {
    let bytes = 0
    for (const { tunnel } of this.#entries.values()) {
      const { up, down } = tunnel.bytes()
      bytes += up + down
    }
    if (bytes === this.#bytes) return
    this.#bytes = bytes
    this.#onChange()
  }

  count(credential: string): number {
    let count = 0
    for (const entry of this.#entries.values()) if (entry.credential === credential) count += 1
    return count
  }

  list(): readonly LocalConnection[] {
    return [...this.#entries].map(([id, { name, caller, peerPort, tunnel, openedAt }]) => {
      const { up, down } = tunnel.bytes()
      return {
        id,
        credential: name,
        gateway: tunnel.gateway.name,
        caller,
        peerPort,
        openedAt: openedAt.toISOString(),
        bytesUp: up,
        bytesDown: down,
        roundTripMs: tunnel.roundTripMs(),
        leaseExpiresAt: new Date(tunnel.lease.expiresAt).toISOString(),
      }
    })
  }

  /** Hop by hop. Throws `not_found`. */
  async path(id: string): Promise<ConnectionPath> {
    const { peerPort, toolTls, tunnel } = this.#find(id)
    const { gateway, relay, resource } = await tunnel.path()
    return {
      tool: { socket: peerPort === null, tls: toolTls },
      gateway,
      relay,
      resource: resource === null ? null : { ...resource, reachedAt: new Date(resource.reachedAt).toISOString() },
    }
  }

  #find(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new SallyportError('not_found', { message: 'There is no such connection; it may have ended.' })
    return entry
  }

  /** Throws `not_found`. */
  end(id: string): void {
    const entry = this.#find(id)
    entry.abort.abort(new Error('ended by the person'))
  }

  /** Of one credential, or all. */
  endAll(credential?: string): void {
    for (const entry of this.#entries.values()) {
      if (credential === undefined || entry.credential === credential) entry.abort.abort(new Error('the listener was closed'))
    }
  }
}
