/** Connections to credentials: which gateway, under which lease, and what to try when one does not do. */
import { type Caller, type ErrorCode, type ResourceHop, SallyportError } from '@sallyport/protocol'
import type { GrantedCredential } from '@sallyport/protocol/api'
import { type MuxSession, type MuxStream, type NegotiatedTls, TransportError } from '@sallyport/transport'
import type { Logger } from 'pino'
import type { RunningSession } from '../session/running-session.ts'
import type { GatewayLink } from './gateway-link.ts'
import { GatewayPool } from './gateway-pool.ts'
import { type OpenedStream, openStream } from './head-exchange.ts'
import { LeaseRenewals } from './lease-renewals.ts'
import { type Lease, type LeaseKey, Leases } from './leases.ts'
import { makeTicket } from './statements.ts'
import { gatewayFailure, mayDoElsewhere } from './transport-failure.ts'

/** Milliseconds for a gateway to say how it reached a resource. */
const PATH_LIMIT = 5_000
/** Gateways tried for one connection. */
const MAX_GATEWAYS = 4
/** Ways in which a lease that we hold may turn out to be over at the gateway: it is asked for anew. */
const gone: ReadonlySet<ErrorCode> = new Set(['lease_unknown', 'lease_ended'])
export interface TunnelRequest {
  readonly credential: GrantedCredential
  readonly caller: Caller | null
  /** What the tool sent first; sent right behind the head, again if the connection is asked for again. */
  readonly first: Uint8Array
  readonly signal: AbortSignal
}

interface PathHop {
  readonly name: string
  readonly identity: string
  /** To here and back, milliseconds; null before the first answer to a ping. */
  readonly roundTripMs: number | null
  readonly tls: NegotiatedTls | null
}

/** Behind the agent, as far as it goes. */
export interface TunnelPath {
  readonly gateway: PathHop & { readonly host: string; readonly port: number }
  /** Behind the gateway, which passes what it cannot read; null where the gateway reaches the resource. */
  readonly relay: PathHop | null
  /** null: the gateway tells nothing of it. */
  readonly resource: ResourceHop | null
}

export interface Tunnel {
  readonly stream: MuxStream
  readonly gateway: { readonly id: string; readonly name: string }
  readonly lease: Pick<Lease, 'id' | 'expiresAt'>
  /** Bytes of the tool and of the resource so far. */
  bytes(): { readonly up: number; readonly down: number }
  /** To the gateway and back, milliseconds; null before the first answer to a ping. */
  roundTripMs(): number | null
  /** Never rejects. */
  path(): Promise<TunnelPath>
}

export interface TunnelsOptions {
  readonly session: Pick<RunningSession, 'live' | 'gate' | 'confirm' | 'signal'>
  readonly logger: Logger
  readonly onChange: () => void
}

export class Tunnels {
  readonly pool: GatewayPool
  readonly #options: TunnelsOptions
  readonly #leases = new Leases()
  readonly #renewals: LeaseRenewals
  readonly #opening = new Map<string, Promise<{ readonly error: unknown } | null>>()

  constructor(options: TunnelsOptions) {
    this.#options = options
    const { session, logger } = options
    this.pool = new GatewayPool({ live: () => session.live, logger, onChange: options.onChange })
    this.pool.update(session.live.trust)
    this.#renewals = new LeaseRenewals({ session, logger, leases: this.#leases, link: (gateway) => this.pool.find(gateway) })
  }

  /** The session's certificate or trust bundle are new. */
  materialChanged(): void {
    this.pool.update(this.#options.session.live.trust)
    this.pool.renew()
  }

  /** Throws a coded error: why the session ended meanwhile, or why the last gateway that was tried did not do. */
  async open(request: TunnelRequest): Promise<Tunnel> {
    await this.#options.session.confirm()
    const links = this.pool.candidates(request.credential.site).slice(0, MAX_GATEWAYS)
    let last = new SallyportError('gateway_unreachable')
    for (const link of links) {
      try {
        return await this.#through(link, request)
      } catch (error) {
        last = gatewayFailure(error)
        this.#options.logger.info(
          { event: 'tunnel.failed', gateway: link.entry.id, credential: request.credential.credential, error },
          'a connection could not be opened',
        )
        const ended: unknown = this.#options.session.signal.reason
        if (ended instanceof SallyportError) throw ended
        if (request.signal.aborted || !mayDoElsewhere(last.code)) throw last
      }
    }
    throw last
  }

  /** Sends `bytes` to every gateway at which this credential has connections, under the leases that are there. Never rejects. */
  async tell(credential: string, bytes: Uint8Array): Promise<void> {
    await Promise.all(this.#leases.gatewaysOf(credential).map((lease) => this.#tellOne(lease, bytes)))
  }

  /** Opens and renews nothing more; what is open goes on until {@link close}. */
  retire(): void {
    this.#renewals.stop()
    this.#leases.clear()
    this.pool.retire()
  }

  /** Ends everything. */
  close(): void {
    this.retire()
    this.pool.close()
  }

  async #through(link: GatewayLink, request: TunnelRequest): Promise<Tunnel> {
    const mux = await link.session()
    try {
      return await this.#over(mux, { link, request })
    } catch (error) {
      if (!(error instanceof TransportError) || !mux.goingAway || request.signal.aborted) throw error
      // The connection was lost, or left for a new one, before the gateway answered. Dialled anew, it says whether it cut us off, and why.
      return this.#over(await link.session(), { link, request })
    }
  }

  async #over(
    mux: MuxSession,
    { link, request }: { readonly link: GatewayLink; readonly request: TunnelRequest },
  ): Promise<Tunnel> {
    const key = { credential: request.credential.credential, gateway: link.entry.id }
    for (;;) {
      const lease = this.#leases.find(key)
      if (lease !== null) {
        const resumed = await this.#resume(mux, lease, request)
        if (resumed !== null) return this.#begin(link, key, resumed)
        continue
      }
      const opening = this.#opening.get(nameOf(key))
      // Nothing may come between looking for another one and being the one: no promise is waited for.
      if (opening === undefined) return this.#begin(link, key, await this.#openAlone(mux, key, request))
      const failure = await opening
      if (failure !== null) throw failure.error
    }
  }

  /** null: the lease is over at the gateway. */
  async #resume(mux: MuxSession, lease: Lease, { caller, first, signal }: TunnelRequest): Promise<OpenedStream | null> {
    try {
      return await openStream(mux, { head: { type: 'resume', lease: lease.id, caller }, first, signal })
    } catch (error) {
      if (!(error instanceof SallyportError) || !gone.has(error.code)) throw error
      this.#leases.drop(lease)
      return null
    }
  }

  /** Connections that begin together wait for the first one, and stand on its lease, or fail as it did. */
  async #openAlone(mux: MuxSession, key: LeaseKey, request: TunnelRequest): Promise<OpenedStream> {
    const opened = this.#open(mux, key, request)
    // The lease is noted before those who wait go on.
    const outcome = opened.then(
      ({ answer }) => {
        if (answer.lease) this.#leases.note(key, answer.lease)
        return null
      },
      (error: unknown) => ({ error }),
    )
    this.#opening.set(nameOf(key), outcome)
    try {
      await outcome
      return await opened
    } finally {
      this.#opening.delete(nameOf(key))
    }
  }

  #open(mux: MuxSession, key: LeaseKey, { caller, first }: TunnelRequest): Promise<OpenedStream> {
    const { session } = this.#options
    return session.gate.use(async (state) => {
      const { text, share } = await makeTicket(session.live, state, key)
      // Not given up when the tool goes: the answer tells what became of the ticket, and its lease serves the next one.
      return openStream(mux, { head: { type: 'open', ticket: text, share, caller }, first })
    })
  }

  #begin(link: GatewayLink, key: LeaseKey, opened: OpenedStream): Tunnel {
    const { stream, answer, headLength } = opened
    if (!answer.lease) {
      stream.destroy()
      throw new SallyportError('protocol_error')
    }
    const lease = this.#leases.note(key, answer.lease)
    lease.connections += 1
    this.#renewals.schedule(key.gateway)
    stream.once('close', () => {
      lease.connections -= 1
    })
    // The answer was read from the stream, too.
    const answerLength = stream.bytesRead - stream.readableLength
    return {
      stream,
      gateway: { id: key.gateway, name: link.entry.name },
      lease,
      bytes: () => ({ up: Math.max(0, stream.bytesWritten - headLength), down: Math.max(0, stream.bytesRead - answerLength) }),
      roundTripMs: () => link.roundTripMs,
      path: async () => ({ ...hopsTo(link), resource: await this.#resourceHop(link, lease) }),
    }
  }

  /** null also where a gateway of an older version does not know the question. */
  async #resourceHop(link: GatewayLink, { id }: Lease): Promise<ResourceHop | null> {
    try {
      const head = { type: 'path', lease: id } as const
      const { stream, answer } = await openStream(await link.session(), { head, signal: AbortSignal.timeout(PATH_LIMIT) })
      stream.destroy()
      return answer.path ?? null
    } catch (error) {
      this.#options.logger.debug({ event: 'path.failed', gateway: link.entry.id, error }, 'a gateway told nothing of its path')
      return null
    }
  }

  async #tellOne(lease: Lease, bytes: Uint8Array): Promise<void> {
    try {
      const mux = await this.pool.find(lease.gateway)?.session()
      if (mux === undefined) return
      const { stream } = await openStream(mux, { head: { type: 'resume', lease: lease.id, caller: null }, first: bytes })
      stream.end()
      stream.resume()
      await new Promise<void>((resolve) => stream.once('close', () => resolve()))
    } catch (error) {
      this.#options.logger.info({ event: 'cancel.failed', gateway: lease.gateway, error }, 'a cancel request was not delivered')
    }
  }
}

const hopOf = ({ entry, identity, roundTripMs, tls }: GatewayLink): PathHop => ({ name: entry.name, identity, roundTripMs, tls })

const hopsTo = (link: GatewayLink): Pick<TunnelPath, 'gateway' | 'relay'> => {
  const gateway = link.via ?? link
  const { host, port } = gateway.entry.address ?? { host: '', port: 0 }
  return { gateway: { ...hopOf(gateway), host, port }, relay: link === gateway ? null : hopOf(link) }
}

const nameOf = ({ credential, gateway }: LeaseKey): string => `${credential} ${gateway}`
