/** The relays that dialled this gateway, and streams to them. The protocol's `spec/relay.md`. */
import { encodeFramedJson, SallyportError } from '@sallyport/protocol'
import { type ByteChannel, MuxSession, type MuxStream } from '@sallyport/transport'
import type { Logger } from 'pino'
import { inBackground } from '../in-background.ts'
import type { SessionPeer } from '../session/peer.ts'
import type { RelayPeer } from './relay-peer.ts'

/** Uplinks of one relay at a time: one is enough, more exist while it changes networks or certificates. */
const MAX_PER_RELAY = 4
/** Streams of one session at a time, over all of its connections: one carries everything of a client at one relay. */
const MAX_PER_SESSION = 128
/** setTimeout takes no longer time. */
const LONGEST_TIMER = 2 ** 31 - 1

interface Uplink {
  readonly peer: RelayPeer
  readonly mux: MuxSession
}

export interface RelaysOptions {
  /** Whether this relay counts now. Throws the code it is refused with. */
  readonly check: (relay: string) => void
  readonly now: () => number
  readonly logger: Logger
}

export class Relays {
  readonly #options: RelaysOptions
  /** The newest of each relay comes last. */
  readonly #uplinks = new Map<string, readonly Uplink[]>()
  readonly #perSession = new Map<string, number>()

  constructor(options: RelaysOptions) {
    this.#options = options
  }

  /** Whether this relay may connect now. Throws the code it is refused with. */
  check(relay: string): void {
    this.#options.check(relay)
    if (this.#of(relay).length >= MAX_PER_RELAY) throw new SallyportError('limit_reached')
  }

  accept(channel: ByteChannel, peer: RelayPeer): void {
    const { now, logger } = this.#options
    // Without `onStream`: a relay opens none.
    const uplink: Uplink = { peer, mux: new MuxSession(channel, { role: 'server' }) }
    this.#uplinks.set(peer.relay, [...this.#of(peer.relay), uplink])
    logger.info({ event: 'relay.connected', relay: peer.relay, address: peer.address })
    // No new streams after its end; those that are open live as the leases behind them do.
    const left = Math.min(Math.max(0, peer.certificateEndsAt - now()), LONGEST_TIMER)
    const timer = setTimeout(() => inBackground(uplink.mux.drain()), left)
    timer.unref()
    inBackground(
      uplink.mux.closed.then(({ code }) => {
        clearTimeout(timer)
        this.#forget(uplink)
        logger.info({ event: 'relay.closed', relay: peer.relay, reason: code })
      }),
    )
    // It may have been cut off between the decision and now.
    this.cut()
  }

  /** A stream to the relay, for what this client sends. Throws `relay_unavailable` or `limit_reached`. */
  open(client: Pick<SessionPeer, 'session' | 'address'>, relay: string): MuxStream {
    const open = this.#perSession.get(client.session) ?? 0
    if (open >= MAX_PER_SESSION) throw new SallyportError('limit_reached')
    const uplink = this.#of(relay).findLast(({ mux }) => !mux.isClosed && !mux.goingAway)
    if (uplink === undefined) throw new SallyportError('relay_unavailable')
    const stream = this.#openOn(uplink)
    this.#perSession.set(client.session, open + 1)
    stream.once('close', () => this.#closed(client.session))
    stream.write(encodeFramedJson({ client: client.address }))
    return stream
  }

  /** Closes what counts no more. */
  cut(): void {
    for (const uplinks of this.#uplinks.values()) {
      for (const { peer, mux } of uplinks) if (!this.#counts(peer.relay)) mux.close()
    }
  }

  #openOn({ mux }: Uplink): MuxStream {
    try {
      return mux.openStream()
    } catch (cause) {
      throw new SallyportError('relay_unavailable', { cause })
    }
  }

  #counts(relay: string): boolean {
    try {
      this.#options.check(relay)
      return true
    } catch {
      return false
    }
  }

  #closed(session: string): void {
    const left = (this.#perSession.get(session) ?? 1) - 1
    if (left === 0) this.#perSession.delete(session)
    else this.#perSession.set(session, left)
  }

  #of(relay: string): readonly Uplink[] {
    return this.#uplinks.get(relay) ?? []
  }

  #forget(uplink: Uplink): void {
    const left = this.#of(uplink.peer.relay).filter((each) => each !== uplink)
    if (left.length === 0) this.#uplinks.delete(uplink.peer.relay)
    else this.#uplinks.set(uplink.peer.relay, left)
  }
}
