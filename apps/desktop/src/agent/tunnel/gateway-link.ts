/** One gateway or relay, and the connection to it: dialled when it is needed, kept, dialled anew when it breaks or its certificate does. */
import { Backoff } from '@sallyport/program'
import type { GatewayEntry } from '@sallyport/protocol'
import { MuxSession, type NegotiatedTls } from '@sallyport/transport'
import type { Logger } from 'pino'
import { gatewayIdentity, type LiveSession } from '../session/live-session.ts'
import type { Dial } from './dial.ts'

/** A gateway that does not answer a ping in this time is gone, milliseconds. */
const PING_LIMIT = 3_000
const PING_INTERVAL = 30_000
const STREAMS = 2048

export interface GatewayLinkOptions {
  readonly entry: GatewayEntry
  readonly dial: Dial
  /** The session as it is now. */
  readonly live: () => LiveSession
  readonly logger: Logger
  readonly onChange: () => void
  /** It takes no new streams; what uses it goes elsewhere. */
  readonly onGoingAway: () => void
}

export class GatewayLink {
  readonly #options: GatewayLinkOptions
  readonly #backoff = new Backoff({ firstMs: 500, longestMs: 60_000 })
  readonly #stop = new AbortController()
  #entry: GatewayEntry
  #mux: MuxSession | null = null
  #dialling: Promise<MuxSession> | null = null
  #kept = false
  #retry: NodeJS.Timeout | null = null
  #pings: NodeJS.Timeout | null = null
  #failedAt = -Infinity
  #roundTripMs: number | null = null
  #tls: NegotiatedTls | null = null
  #via: GatewayLink | null = null

  constructor(options: GatewayLinkOptions) {
    this.#options = options
    this.#entry = options.entry
  }

  get entry(): GatewayEntry {
    return this.#entry
  }

  get connected(): boolean {
    return this.#mux !== null && !this.#mux.isClosed && !this.#mux.goingAway
  }

  /** Milliseconds; null before the first answer to a ping. */
  get roundTripMs(): number | null {
    return this.#roundTripMs
  }

  /** Of the connection as it was dialled last. */
  get tls(): NegotiatedTls | null {
    return this.#tls
  }

  /** The gateway through which this relay was reached last; null for a gateway. */
  get via(): GatewayLink | null {
    return this.#via
  }

  /** The name in its certificate, by which it was recognised. */
  get identity(): string {
    return gatewayIdentity(this.#options.live().trust, this.#entry)
  }

  /** When it last could not be reached, by `performance.now()`. */
  get failedAt(): number {
    return this.#failedAt
  }

  /** The connection, dialled if there is none. Throws `TransportError`. */
  async session(): Promise<MuxSession> {
    if (this.connected) return this.#mux!
    return this.#dial()
  }

  /** From now on it is kept connected, whether somebody needs it or not. */
  keep(): void {
    this.#kept = true
    if (!this.connected && this.#retry === null) this.#dialInBackground()
  }

  /** The gateway's address may be another. */
  update(entry: GatewayEntry): void {
    const [before, after] = [this.#entry.address, entry.address]
    this.#entry = entry
    if (before?.host !== after?.host || before?.port !== after?.port) this.renew().catch((error: unknown) => this.#warn(error))
  }

  /**
   * Dials anew, as with a new certificate: new streams use the new connection, the old one ends with its last stream. Resolves when it
   * is dialled, or could not be; never rejects.
   */
  async renew(): Promise<void> {
    const old = this.#mux
    if (old === null || this.#stop.signal.aborted) return
    try {
      const fresh = await this.#dial()
      if (old !== fresh) old.drain().catch((error: unknown) => this.#warn(error))
    } catch (error) {
      this.#warn(error)
    }
  }

  /** After sleep: a connection that does not answer is given up at once. */
  async check(): Promise<void> {
    const mux = this.#mux
    if (mux === null) {
      if (this.#kept) this.#dialInBackground()
      return
    }
    const late = Promise.withResolvers<null>()
    const timer = setTimeout(() => late.resolve(null), PING_LIMIT)
    const answered = await Promise.race([mux.ping().catch(() => null), late.promise])
    clearTimeout(timer)
    if (answered === null) mux.close('internal_error')
    else if (mux === this.#mux) this.#roundTripMs = answered
  }

  /** Dials no more; what is open goes on until {@link close}. */
  retire(): void {
    this.#stop.abort()
    if (this.#retry !== null) clearTimeout(this.#retry)
    if (this.#pings !== null) clearInterval(this.#pings)
  }

  close(): void {
    this.retire()
    this.#mux?.close()
  }

  #dial(): Promise<MuxSession> {
    this.#dialling ??= this.#connect().finally(() => {
      this.#dialling = null
    })
    return this.#dialling
  }

  async #connect(): Promise<MuxSession> {
    const { dial, live, logger } = this.#options
    try {
      const { channel, tls, via } = await dial(live(), this.#entry, this.#stop.signal)
      const mux = new MuxSession(channel, { role: 'client', maxStreams: STREAMS, onGoAway: () => this.#goingAway() })
      this.#tls = tls
      this.#via = via
      this.#adopt(mux)
      logger.info({ event: 'gateway.connected', gateway: this.#entry.id, via: via?.entry.id }, 'connected to a gateway')
      return mux
    } catch (error) {
      this.#failedAt = performance.now()
      throw error
    }
  }

  #adopt(mux: MuxSession): void {
    this.#mux = mux
    this.#backoff.reset()
    this.#failedAt = -Infinity
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
    if (this.#pings !== null) clearInterval(this.#pings)
    this.#pings = setInterval(() => this.#ping(mux), PING_INTERVAL)
    this.#ping(mux)
    mux.closed.then(
      (reason) => this.#lost(mux, reason),
      (error: unknown) => this.#warn(error),
    )
    this.#options.onChange()
  }

  /** The gateway takes no new streams: at the end of the certificate that was shown, or because it stops. */
  #goingAway(): void {
    this.#options.onChange()
    this.#options.onGoingAway()
    if (this.#kept) this.#later()
  }

  #ping(mux: MuxSession): void {
    mux.ping().then(
      (milliseconds) => {
        if (mux === this.#mux) this.#roundTripMs = milliseconds
      },
      () => {},
    )
  }

  #lost(mux: MuxSession, reason: Error): void {
    if (mux !== this.#mux) return
    this.#mux = null
    if (this.#pings !== null) clearInterval(this.#pings)
    if (this.#stop.signal.aborted) return
    this.#options.logger.info({ event: 'gateway.lost', gateway: this.#entry.id, reason: reason.message }, 'lost a gateway')
    this.#options.onChange()
    if (this.#kept) this.#later()
  }

  #later(): void {
    if (this.#stop.signal.aborted || this.#retry !== null) return
    this.#retry = setTimeout(() => {
      this.#retry = null
      this.#dialInBackground()
    }, this.#backoff.next())
  }

  #dialInBackground(): void {
    this.#dial().catch((error: unknown) => {
      this.#warn(error)
      if (this.#kept) this.#later()
    })
  }

  #warn(error: unknown): void {
    if (this.#stop.signal.aborted) return
    this.#options.logger.warn({ event: 'gateway.unreachable', gateway: this.#entry.id, error }, 'a gateway could not be reached')
  }
}
