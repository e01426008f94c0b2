/** A relay's ways out: one connection to each gateway that clients may come through. The protocol's `spec/relay.md`. */
import { formatIdentity, forwardingGateways, type GatewayEntry, type TrustBundle } from '@sallyport/protocol'
import { dialWebSocket, MuxSession, type MuxStream, type TlsIdentity } from '@sallyport/transport'
import type { Logger } from 'pino'
import { Backoff } from '@sallyport/program'
import { inBackground } from '../in-background.ts'

/** A connection that was lost sooner than this, milliseconds, is dialled anew as after a failure. */
const LASTING = 10_000

export interface UplinksOptions {
  readonly identity: () => TlsIdentity
  readonly bundle: () => TrustBundle
  readonly isIssuer: (certificate: Uint8Array) => boolean
  /** Whether this gateway counts still. Throws if it is revoked. */
  readonly check: (gateway: string) => void
  /** What a client sends through this gateway. */
  readonly onStream: (stream: MuxStream, gateway: string) => void
  readonly logger: Logger
}

type Address = NonNullable<GatewayEntry['address']>

export class Uplinks {
  readonly #options: UplinksOptions
  /** By gateway. */
  readonly #uplinks = new Map<string, Uplink>()
  #stopped = false

  constructor(options: UplinksOptions) {
    this.#options = options
  }

  /** The gateways at which clients find this relay now. */
  get connected(): string[] {
    return [...this.#uplinks.values()].filter((uplink) => uplink.connected).map(({ gateway }) => gateway)
  }

  /** Dials the gateways that there are now, and leaves those that count no more. */
  update(): void {
    if (this.#stopped) return
    const wanted = new Map(
      forwardingGateways(this.#options.bundle())
        .filter(({ id }) => this.#counts(id))
        .map(({ id, address }) => [id, address!]),
    )
    for (const [id, uplink] of this.#uplinks) {
      if (wanted.has(id)) continue
      uplink.close()
      this.#uplinks.delete(id)
    }
    for (const [id, address] of wanted) {
      const known = this.#uplinks.get(id)
      if (known !== undefined) known.moveTo(address)
      else this.#uplinks.set(id, new Uplink(id, address, this.#options))
    }
  }

  /** Dials anew with the present certificate; what is open goes on. */
  renew(): void {
    for (const uplink of this.#uplinks.values()) uplink.renew()
  }

  close(): void {
    this.#stopped = true
    for (const uplink of this.#uplinks.values()) uplink.close()
    this.#uplinks.clear()
  }

  #counts(gateway: string): boolean {
    try {
      this.#options.check(gateway)
      return true
    } catch {
      return false
    }
  }
}

/** Dialled as soon as it is made, and again whenever it is lost, until it is closed. */
class Uplink {
  readonly gateway: string
  #address: Address
  readonly #options: UplinksOptions
  readonly #stop = new AbortController()
  readonly #backoff = new Backoff({ firstMs: 500, longestMs: 30_000 })
  /** The newest, and older ones that carry streams still. */
  readonly #open = new Set<MuxSession>()
  #newest: MuxSession | null = null
  #renewal = Promise.withResolvers<void>()

  constructor(gateway: string, address: Address, options: UplinksOptions) {
    this.gateway = gateway
    this.#address = address
    this.#options = options
    inBackground(this.#run())
  }

  get connected(): boolean {
    return this.#newest !== null && !this.#newest.isClosed && !this.#newest.goingAway
  }

  renew(): void {
    this.#renewal.resolve()
  }

  /** What is open goes on. */
  moveTo(address: Address): void {
    const { host, port } = this.#address
    this.#address = address
    if (host !== address.host || port !== address.port) this.renew()
  }

  close(): void {
    this.#stop.abort()
    for (const mux of this.#open) mux.close()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      this.#renewal = Promise.withResolvers()
      const isLost = await this.#connect().catch((error: unknown) => {
        if (!signal.aborted) this.#options.logger.warn({ event: 'uplink.failed', gateway: this.gateway, error })
        return true
      })
      if (isLost) await this.#backoff.wait(signal)
    }
  }

  /** Resolves when another connection is needed: whether because this one is lost. */
  async #connect(): Promise<boolean> {
    const { logger } = this.#options
    const away = Promise.withResolvers<string>()
    const mux = await this.#dial(() => away.resolve('going_away'))
    const older = this.#newest
    this.#newest = mux
    const since = performance.now()
    logger.info({ event: 'uplink.connected', gateway: this.gateway })
    if (older !== null) inBackground(older.drain())
    const lost = Promise.race([mux.closed.then(({ code }) => code), away.promise])
    const reason = await Promise.race([lost, this.#renewal.promise.then(() => null)])
    // A gateway that lets it in and hangs up is no better than one that does not.
    if (performance.now() - since > LASTING) this.#backoff.reset()
    if (reason !== null && !this.#stop.signal.aborted) logger.info({ event: 'uplink.lost', gateway: this.gateway, reason })
    return reason !== null
  }

  async #dial(onGoAway: () => void): Promise<MuxSession> {
    const { identity, bundle, isIssuer, onStream } = this.#options
    const channel = await dialWebSocket({
      ...this.#address,
      tls: identity(),
      expectedIdentity: formatIdentity({ trustDomain: bundle().trustDomain, kind: 'gateway', id: this.gateway }),
      verifyPeer: ({ chain }) => {
        if (chain[1] === undefined || !isIssuer(chain[1])) throw new Error('the gateway’s issuer counts no more')
      },
      signal: this.#stop.signal,
    })
    const mux = new MuxSession(channel, {
      role: 'client',
      onStream: (stream) => onStream(stream, this.gateway),
      onGoAway,
    })
    this.#open.add(mux)
    inBackground(mux.closed.then(() => this.#open.delete(mux)))
    if (this.#stop.signal.aborted) mux.close()
    return mux
  }
}
